//! When a fault is in force: it begins, grows and ends by the clock of its set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::mistakes;

/// A day: a fault that lasts longer is better written without an end.
const MAX_MS: u64 = 24 * 60 * 60 * 1000;

/// A course as written. Every rule of any kind may carry one as `course`; without, it is in force at once
/// and for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseSpec {
    /// Begin this long after the set was put, in milliseconds.
    #[serde(default)]
    pub after_ms: u64,
    /// End this long after the begin, in milliseconds; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Grow evenly to full strength during this first part of the duration, in milliseconds.
    #[serde(default)]
    pub ramp_ms: u64,
}

/// A course that is known to be good. The default is full strength at any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Course {
    after: Duration,
    duration: Option<Duration>,
    ramp: Duration,
}

impl Course {
    /// Notes every mistake of the course of the rule at `field`.
    pub(super) fn check(
        field: &str,
        spec: Option<&CourseSpec>,
        mistakes: &mut Vec<String>,
    ) -> Self {
        let Some(spec) = spec else {
            return Self::default();
        };
        for (name, ms) in [
            ("after_ms", spec.after_ms),
            ("duration_ms", spec.duration_ms.unwrap_or_default()),
            ("ramp_ms", spec.ramp_ms),
        ] {
            mistakes::at_most(&format!("{field}.course.{name}"), ms, MAX_MS, mistakes);
        }
        if spec.duration_ms.is_some_and(|ms| spec.ramp_ms > ms) {
            mistakes.push(format!(
                "{field}.course.ramp_ms: must not exceed duration_ms"
            ));
        }
        Self {
            after: Duration::from_millis(spec.after_ms),
            duration: spec.duration_ms.map(Duration::from_millis),
            ramp: Duration::from_millis(spec.ramp_ms),
        }
    }

    /// What ratios and amounts are multiplied by, in `0..=1`. `elapsed` counts from when the set was put.
    pub(super) fn strength(&self, elapsed: Duration) -> f64 {
        let Some(age) = elapsed.checked_sub(self.after) else {
            return 0.0;
        };
        if self.duration.is_some_and(|duration| age >= duration) {
            return 0.0;
        }
        if age < self.ramp {
            return age.as_secs_f64() / self.ramp.as_secs_f64();
        }
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(after_ms: u64, duration_ms: Option<u64>, ramp_ms: u64) -> (Course, Vec<String>) {
        let spec = CourseSpec {
            after_ms,
            duration_ms,
            ramp_ms,
        };
        let mut mistakes = Vec::new();
        let course = Course::check("inner[0]", Some(&spec), &mut mistakes);
        (course, mistakes)
    }

    #[test]
    fn a_course_begins_grows_holds_and_ends() {
        let (course, mistakes) = course(1000, Some(5000), 2000);
        assert_eq!(mistakes, [""; 0]);
        for (ms, strength) in [
            (0, 0.0),
            (999, 0.0),
            (1000, 0.0),
            (1500, 0.25),
            (2000, 0.5),
            (3000, 1.0),
            (5999, 1.0),
            (6000, 0.0),
            (1_000_000, 0.0),
        ] {
            let found = course.strength(Duration::from_millis(ms));
            assert!((found - strength).abs() < 1e-12, "{ms} ms: {found}");
        }
    }

    #[test]
    fn without_a_course_a_fault_is_in_force_at_once_and_for_good() {
        let mut mistakes = Vec::new();
        let always = Course::check("inner[0]", None, &mut mistakes);
        for seconds in [0, 1, u64::MAX] {
            assert!(always.strength(Duration::from_secs(seconds)) >= 1.0);
        }
    }

    #[test]
    fn a_course_that_cannot_be_meant_is_refused() {
        let (_, mistakes) = course(MAX_MS + 1, Some(10), 11);
        let told = "inner[0].course.ramp_ms: must not exceed duration_ms";
        assert!(mistakes.iter().any(|mistake| mistake == told));
        assert!(mistakes[0].contains("inner[0].course.after_ms: must be at most"));
    }
}
