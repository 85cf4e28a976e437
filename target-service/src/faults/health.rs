//! Probes that do not tell the truth.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::course::{Course, CourseSpec};

const PERIOD_MS: std::ops::RangeInclusive<u64> = 100..=3_600_000;

/// The lies of both probes as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthFaultSpec {
    /// What `/livez` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub livez: Option<ProbeFaultSpec>,
    /// What `/readyz` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readyz: Option<ProbeFaultSpec>,
}

/// One lie as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeFaultSpec {
    /// Which one.
    pub lie: Lie,
    /// Of a flapping probe: red for the first half, green for the second, in milliseconds; 2000 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_ms: Option<u64>,
    /// When it is in force; a ramp has no effect on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// What a probe says instead of the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lie {
    /// All is well, also when the store is down or the service drains.
    Green,
    /// All is lost.
    Red,
    /// Both in turn.
    Flap,
}

/// Which probe is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// `/livez`.
    Livez,
    /// `/readyz`.
    Readyz,
}

/// An answer that does not ask for the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Green,
    /// All is lost.
    Red,
}

/// The checked lies.
#[derive(Debug, Default)]
pub(super) struct HealthFaults {
    livez: Option<ProbeFault>,
    readyz: Option<ProbeFault>,
}

#[derive(Debug)]
struct ProbeFault {
    lie: Lie,
    half_period: Duration,
    course: Course,
}

impl HealthFaults {
    pub(super) fn check(spec: &HealthFaultSpec, mistakes: &mut Vec<String>) -> Self {
        let mut check = |field, spec: &Option<ProbeFaultSpec>| {
            let spec = spec.as_ref()?;
            Some(ProbeFault::check(field, spec, mistakes))
        };
        Self {
            livez: check("health.livez", &spec.livez),
            readyz: check("health.readyz", &spec.readyz),
        }
    }

    /// `None`: the truth.
    pub(super) fn verdict(&self, probe: Probe, elapsed: Duration) -> Option<Verdict> {
        let fault = match probe {
            Probe::Livez => self.livez.as_ref(),
            Probe::Readyz => self.readyz.as_ref(),
        }?;
        fault.verdict(elapsed)
    }

    pub(super) fn strengths(&self, elapsed: Duration) -> [(&'static str, f64); 6] {
        let strength = |fault: &Option<ProbeFault>, lie| {
            let fault = fault.as_ref().filter(|fault| fault.lie == lie);
            fault.map_or(0.0, |fault| fault.course.strength(elapsed))
        };
        [
            ("livez_green", strength(&self.livez, Lie::Green)),
            ("livez_red", strength(&self.livez, Lie::Red)),
            ("livez_flap", strength(&self.livez, Lie::Flap)),
            ("readyz_green", strength(&self.readyz, Lie::Green)),
            ("readyz_red", strength(&self.readyz, Lie::Red)),
            ("readyz_flap", strength(&self.readyz, Lie::Flap)),
        ]
    }
}

impl ProbeFault {
    fn check(field: &str, spec: &ProbeFaultSpec, mistakes: &mut Vec<String>) -> Self {
        let period_ms = spec.period_ms.unwrap_or(2000);
        if !PERIOD_MS.contains(&period_ms) {
            let (least, most) = (PERIOD_MS.start(), PERIOD_MS.end());
            mistakes.push(format!("{field}.period_ms: must be from {least} to {most}"));
        }
        Self {
            lie: spec.lie,
            half_period: Duration::from_millis(period_ms.max(*PERIOD_MS.start())) / 2,
            course: Course::check(field, spec.course.as_ref(), mistakes),
        }
    }

    fn verdict(&self, elapsed: Duration) -> Option<Verdict> {
        if self.course.strength(elapsed) <= 0.0 {
            return None;
        }
        let halves = elapsed.as_millis() / self.half_period.as_millis();
        Some(match self.lie {
            Lie::Red => Verdict::Red,
            Lie::Flap if halves.is_multiple_of(2) => Verdict::Red,
            Lie::Green | Lie::Flap => Verdict::Green,
        })
    }
}
