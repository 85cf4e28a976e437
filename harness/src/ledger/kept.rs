//! The samples worth keeping: the slowest good and the first bad ones of each route.

use std::time::Duration;

use super::recorder::Layout;
use super::sample::{KeptSample, Sample};

/// How many slow and how many failed samples are kept per route.
pub(super) const KEPT: usize = 20;

/// What is kept of one route.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    slowest: Vec<Sample>,
    failed: Vec<Sample>,
}

impl Kept {
    pub(super) fn look_at(&mut self, sample: &Sample, good: bool) {
        if good {
            let full = self.slowest.len() == KEPT;
            if full
                && self
                    .slowest
                    .last()
                    .is_some_and(|last| !slower(sample, last))
            {
                return;
            }
            let place = self.slowest.partition_point(|s| slower(s, sample));
            self.slowest.insert(place, sample.clone());
            self.slowest.truncate(KEPT);
        } else {
            // Outcomes arrive in order of completion; the first by arrival number are kept whatever that order.
            let place = self.failed.partition_point(|s| s.seq < sample.seq);
            if place < KEPT {
                self.failed.insert(place, sample.clone());
                self.failed.truncate(KEPT);
            }
        }
    }

    /// Whether a bad sample of this arrival would be kept. If not, none of a later arrival will be.
    pub(super) fn wants_failed(&self, seq: u64) -> bool {
        self.failed.len() < KEPT || self.failed.last().is_some_and(|last| seq < last.seq)
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.slowest.extend(other.slowest);
        self.slowest
            .sort_by_key(|s| (std::cmp::Reverse(s.response()), s.seq));
        self.slowest.truncate(KEPT);
        self.failed.extend(other.failed);
        self.failed.sort_by_key(|s| s.seq);
        self.failed.truncate(KEPT);
    }

    /// The slowest, and the failed, as they stand in the ledger.
    pub(super) fn shown(self, layout: &Layout) -> (Vec<KeptSample>, Vec<KeptSample>) {
        let show = |samples: Vec<Sample>| samples.iter().map(|s| shown(layout, s)).collect();
        (show(self.slowest), show(self.failed))
    }
}

/// Slower comes first; of two that took as long, the earlier one.
fn slower(left: &Sample, right: &Sample) -> bool {
    let key = |s: &Sample| (s.response(), std::cmp::Reverse(s.seq));
    key(left) > key(right)
}

fn shown(layout: &Layout, sample: &Sample) -> KeptSample {
    KeptSample {
        seq: sample.seq,
        route: layout.routes[sample.route].0.clone(),
        phase: layout.phases[sample.phase].0.clone(),
        due_us: micros(sample.due),
        response_us: micros(sample.response()),
        service_us: sample
            .sent
            .map(|sent| micros(sample.done.saturating_sub(sent))),
        outcome: sample.outcome.clone(),
        trace_id: sample.trace_id.to_string(),
    }
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
