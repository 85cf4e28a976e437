//! Counts of events.

use super::EventKind;

/// Events of one domain. A domain that was never seen has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Mails that were delivered.
    pub delivered: u64,
    /// Mails that bounced.
    pub bounced: u64,
}

impl Tally {
    /// One event.
    pub const fn one(kind: EventKind) -> Self {
        match kind {
            EventKind::Delivered => Self {
                delivered: 1,
                bounced: 0,
            },
            EventKind::Bounced => Self {
                delivered: 0,
                bounced: 1,
            },
        }
    }

    /// The count of one kind.
    pub const fn of(self, kind: EventKind) -> u64 {
        match kind {
            EventKind::Delivered => self.delivered,
            EventKind::Bounced => self.bounced,
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.delivered += more.delivered;
        self.bounced += more.bounced;
    }
}

/// Everything that is stored, at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Domains with at least one event.
    pub domains: u64,
    /// Events of all of them.
    pub events: Tally,
}
