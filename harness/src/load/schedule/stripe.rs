//! One worker's share of the schedule: every W-th arrival, found without asking anybody.

use std::sync::Arc;
use std::time::Duration;

use super::timetable::Schedule;

/// One arrival as the schedule has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its number.
    pub seq: u64,
    /// When it is meant to be sent, from the start of the load.
    pub due: Duration,
    /// Index of its phase.
    pub phase: usize,
    /// Index of its route.
    pub route: usize,
}

/// The arrivals of worker `worker` of `workers`, in order.
#[derive(Debug, Clone)]
pub struct Stripe {
    schedule: Arc<Schedule>,
    next: u64,
    step: u64,
}

impl Stripe {
    /// `worker` is below `workers`.
    pub fn new(schedule: Arc<Schedule>, worker: u64, workers: u64) -> Self {
        Self {
            schedule,
            next: worker,
            step: workers.max(1),
        }
    }
}

impl Iterator for Stripe {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let seq = self.next;
        if seq >= self.schedule.total() {
            return None;
        }
        self.next = seq.saturating_add(self.step);
        Some(self.schedule.arrival(seq))
    }
}
