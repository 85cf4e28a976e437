//! Lost increments of a counter, checked and ready to roll.

use super::{CounterFaultSpec, StatusFilter, dice::Dice};

/// One rule for all increments.
#[derive(Debug)]
pub(super) struct CounterFault {
    ratio: f64,
    status: Option<StatusFilter>,
    dice: Dice,
}

impl CounterFault {
    pub(super) fn new(spec: &CounterFaultSpec, dice: Dice) -> Self {
        Self {
            ratio: spec.ratio,
            status: spec.status,
            dice,
        }
    }

    pub(super) fn can_drop(&self) -> bool {
        self.ratio > 0.0
    }

    /// Whether this increment is lost. Only increments with a matching status are numbered.
    pub(super) fn drops(&self, status: u16) -> bool {
        self.status.is_none_or(|filter| filter.matches(status)) && self.dice.roll(self.ratio)
    }
}
