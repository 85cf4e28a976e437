//! Which arrival is next: from the schedule, or, in a closed loop, whenever somebody is free.

use std::iter::Peekable;
use std::sync::Arc;
use std::time::Duration;

use crate::load::schedule::{Arrival, Schedule, Stripe};

/// One worker's arrivals.
#[derive(Debug)]
pub(crate) enum Source {
    /// At intended times, whatever the service does.
    Open(Peekable<Stripe>),
    /// As soon as there is an answer to the one before. Slow answers lower the rate, so latencies are those of a load
    /// that the service chose itself.
    Closed(Closed),
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
        Self::Open(Stripe::new(schedule, worker, workers).peekable())
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
            Self::Open(stripe) => stripe.peek().map(|arrival| arrival.due),
            Self::Closed(closed) => closed.ends.last().filter(|end| now < **end).map(|_| now),
        }
    }

    /// The next arrival if it is due.
    pub(super) fn take(&mut self, now: Duration) -> Option<Arrival> {
        match self {
            Self::Open(stripe) => stripe.next_if(|arrival| arrival.due <= now),
            Self::Closed(closed) => closed.take(now),
        }
    }

    /// What was never taken; of a closed loop, nothing: what was not asked for was not planned.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = Arrival> + '_ {
        let stripe = match self {
            Self::Open(stripe) => Some(stripe),
            Self::Closed(_) => None,
        };
        stripe.into_iter().flatten()
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
