//! Lost increments of a counter, checked and ready to roll.

use std::time::Duration;

use super::{CounterFaultSpec, StatusFilter, course::Course, dice::Dice};

/// One rule for all increments.
#[derive(Debug)]
pub(super) struct CounterFault {
    ratio: f64,
    status: Option<StatusFilter>,
    course: Course,
    dice: Dice,
}

impl CounterFault {
    pub(super) fn new(spec: &CounterFaultSpec, course: Course, dice: Dice) -> Self {
        Self {
            ratio: spec.ratio,
            status: spec.status,
            course,
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

    /// Whether this increment is lost. Only increments with a matching status are numbered.
    pub(super) fn drops(&self, status: u16, elapsed: Duration) -> bool {
        let ratio = self.ratio * self.course.strength(elapsed);
        self.status.is_none_or(|filter| filter.matches(status)) && self.dice.roll(ratio)
    }
}
