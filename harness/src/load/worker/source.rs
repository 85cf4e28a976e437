//! Which arrival is next: from the schedule, or, in a closed loop, whenever somebody is free.

use std::iter::Peekable;
use std::sync::Arc;
use std::time::Duration;

use crate::load::schedule::{Arrival, Schedule, Stripe};

/// One worker's arrivals.
#[derive(Debug)]
pub(crate) enum Source {
    /// At intended times, whatever the service does.
    Open(Open),
    /// As soon as there is an answer to the one before. Slow answers lower the rate, so latencies are those of a load
    /// that the service chose itself.
    Closed(Closed),
}

/// The schedule's arrivals of one worker.
#[derive(Debug)]
pub(crate) struct Open {
    schedule: Arc<Schedule>,
    arrivals: Peekable<Stripe>,
    step: u64,
}

/// Arrivals that were never taken.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) schedule: Arc<Schedule>,
    /// The first of them.
    pub(super) next: u64,
    /// From one to the next.
    pub(super) step: u64,
}

/// A closed loop of one worker.
#[derive(Debug)]
pub(crate) struct Closed {
    schedule: Arc<Schedule>,
    next: u64,
    step: u64,
    /// Ends of the phases.
    ends: Vec<Duration>,
}

impl Source {
    /// The stripe of `worker` of `workers`.
    pub(crate) fn open(schedule: Arc<Schedule>, worker: u64, workers: u64) -> Self {
        Self::Open(Open {
            arrivals: Stripe::new(Arc::clone(&schedule), worker, workers).peekable(),
            schedule,
            step: workers.max(1),
        })
    }

    /// A closed loop over phases that end at these times; routes come from the schedule.
    pub(crate) fn closed(
        schedule: Arc<Schedule>,
        ends: Vec<Duration>,
        worker: u64,
        workers: u64,
    ) -> Self {
        Self::Closed(Closed {
            schedule,
            next: worker,
            step: workers.max(1),
            ends,
        })
    }

    /// When the next arrival is due, which may have passed; `None` if there is no other.
    pub(super) fn next_due(&mut self, now: Duration) -> Option<Duration> {
        match self {
            Self::Open(open) => open.arrivals.peek().map(|arrival| arrival.due),
            Self::Closed(closed) => closed.ends.last().filter(|end| now < **end).map(|_| now),
        }
    }

    /// The next arrival if it is due.
    pub(super) fn take(&mut self, now: Duration) -> Option<Arrival> {
        match self {
            Self::Open(open) => open.arrivals.next_if(|arrival| arrival.due <= now),
            Self::Closed(closed) => closed.take(now),
        }
    }

    /// What was never taken; of a closed loop, nothing: what was not asked for was not planned.
    pub(super) fn rest(&mut self) -> Option<Rest> {
        match self {
            Self::Open(open) => Some(Rest {
                next: open.arrivals.peek()?.seq,
                schedule: Arc::clone(&open.schedule),
                step: open.step,
            }),
            Self::Closed(_) => None,
        }
    }
}

impl Closed {
    fn take(&mut self, now: Duration) -> Option<Arrival> {
        let phase = self.ends.partition_point(|end| *end <= now);
        if phase == self.ends.len() {
            return None;
        }
        let seq = self.next;
        self.next += self.step;
        Some(Arrival {
            seq,
            due: now,
            phase,
            route: self.schedule.route(seq),
        })
    }
}
