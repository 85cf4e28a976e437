//! What can be seen of a running load from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Counts of all workers, and the way to stop them.
#[derive(Debug)]
pub struct Progress {
    /// Set to stop sending; what is in flight is still waited for.
    pub stop: AtomicBool,
    /// Set to give up, within a moment, what is in flight: it counts as timed out at its age.
    pub cut: AtomicBool,
    lanes: Vec<Arc<Lane>>,
}

/// One worker's counts. Written by that worker only, so that no two processors compete for a line of their caches.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Lane {
    pub(super) sent: AtomicU64,
    pub(super) done: AtomicU64,
    pub(super) waited: AtomicU64,
    pub(super) opened: AtomicU64,
    pub(super) reopened: AtomicU64,
    pub(super) spun_ns: AtomicU64,
}

impl Lane {
    /// Adds one; a plain load and store will do where only one thread writes.
    pub(super) fn add(count: &AtomicU64) {
        Self::add_many(count, 1);
    }

    /// Adds so many, in the same way.
    pub(super) fn add_many(count: &AtomicU64, n: u64) {
        count.store(count.load(Ordering::Relaxed) + n, Ordering::Relaxed);
    }
}

impl Progress {
    pub(super) fn new(workers: usize) -> Self {
        Self {
            stop: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            lanes: (0..workers).map(|_| Arc::default()).collect(),
        }
    }

    pub(super) fn lane(&self, worker: usize) -> Arc<Lane> {
        Arc::clone(&self.lanes[worker])
    }

    /// Arrivals sent.
    pub fn sent(&self) -> u64 {
        self.sum(|lane| &lane.sent)
    }

    /// Arrivals whose outcome is known.
    pub fn done(&self) -> u64 {
        self.sum(|lane| &lane.done)
    }

    /// Arrivals that found no free place in flight and had to wait.
    pub fn waited(&self) -> u64 {
        self.sum(|lane| &lane.waited)
    }

    /// Connections opened.
    pub fn opened(&self) -> u64 {
        self.sum(|lane| &lane.opened)
    }

    /// Connections opened in the place of one that was lost.
    pub fn reopened(&self) -> u64 {
        self.sum(|lane| &lane.reopened)
    }

    /// Processor time spent awaiting intended times.
    pub fn spun(&self) -> Duration {
        Duration::from_nanos(self.sum(|lane| &lane.spun_ns))
    }

    fn sum(&self, pick: impl Fn(&Lane) -> &AtomicU64) -> u64 {
        let counts = self.lanes.iter().map(|lane| pick(lane));
        counts.map(|n| n.load(Ordering::Relaxed)).sum()
    }
}
