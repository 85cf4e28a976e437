//! A share of the requests, checked and ready to roll.

use std::time::Duration;

use super::{ShareSpec, StatusFilter, course::Course, dice::Dice, mistakes};
use crate::endpoint::Subject;

/// Which requests a lie is told about.
#[derive(Debug)]
pub(super) struct Share {
    ratio: f64,
    status: Option<StatusFilter>,
    route: Option<String>,
    course: Course,
    dice: Dice,
}

impl Share {
    /// Notes every mistake of the rule at `field`.
    pub(super) fn check(
        field: &str,
        written: &ShareSpec,
        routes: &[&'static str],
        dice: Dice,
        mistakes: &mut Vec<String>,
    ) -> Self {
        mistakes::ratio(&format!("{field}.ratio"), written.ratio, mistakes);
        if let Some(route) = &written.route {
            mistakes::route(&format!("{field}.route"), route, routes, mistakes);
        }
        Self {
            ratio: written.ratio,
            status: written.status,
            route: written.route.clone(),
            course: Course::check(field, written.course.as_ref(), mistakes),
            dice,
        }
    }

    /// In `0..=1`; 0 when it cannot strike at this time.
    pub(super) fn strength(&self, elapsed: Duration) -> f64 {
        if self.ratio > 0.0 {
            self.course.strength(elapsed)
        } else {
            0.0
        }
    }

    /// Whether this request is among them. Only requests that match are numbered.
    pub(super) fn strikes(&self, subject: Subject, status: u16, elapsed: Duration) -> bool {
        let meant = self.status.is_none_or(|filter| filter.matches(status))
            && self
                .route
                .as_ref()
                .is_none_or(|route| route == subject.route);
        meant && self.dice.roll(self.ratio * self.course.strength(elapsed))
    }
}
