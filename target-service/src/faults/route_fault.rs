//! Errors and latency on one route, checked and ready to roll.

use std::time::Duration;

use axum::http::StatusCode;

use super::{RouteFaultSpec, course::Course, dice::Dice};
use crate::endpoint::Subject;

/// One rule.
#[derive(Debug)]
pub(super) struct RouteFault {
    route: String,
    method: Option<String>,
    error_ratio: f64,
    status: StatusCode,
    latency: Duration,
    course: Course,
    dice: Dice,
}

/// What the rules of a layer do to one request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hit {
    /// Wait this long first; the latencies of all matching rules, added.
    pub(super) latency: Duration,
    /// Then answer this instead of going on.
    pub(super) failure: Option<StatusCode>,
}

impl RouteFault {
    /// `status` is the checked form of the one in `spec`.
    pub(super) fn new(
        spec: &RouteFaultSpec,
        status: StatusCode,
        course: Course,
        dice: Dice,
    ) -> Self {
        Self {
            route: spec.route.clone(),
            method: spec.method.clone(),
            error_ratio: spec.error_ratio,
            status,
            latency: Duration::from_millis(spec.latency_ms),
            course,
            dice,
        }
    }

    /// In `0..=1`.
    pub(super) fn strength(&self, elapsed: Duration) -> f64 {
        self.course.strength(elapsed)
    }

    pub(super) fn can_fail(&self) -> bool {
        self.error_ratio > 0.0
    }

    pub(super) fn delays(&self) -> bool {
        !self.latency.is_zero()
    }

    fn meets(&self, subject: Subject) -> bool {
        let any_or_same = |method: &String| method == subject.method;
        self.route == subject.route && self.method.as_ref().is_none_or(any_or_same)
    }
}

/// Rolls every matching rule, so that one rule's decisions do not depend on another's; the first failure wins.
pub(super) fn roll(rules: &[RouteFault], subject: Subject, elapsed: Duration) -> Hit {
    let mut hit = Hit::default();
    for rule in rules.iter().filter(|rule| rule.meets(subject)) {
        let strength = rule.strength(elapsed);
        hit.latency += rule.latency.mul_f64(strength);
        if rule.dice.roll(rule.error_ratio * strength) {
            hit.failure = hit.failure.or(Some(rule.status));
        }
    }
    hit
}
