//! Arrivals as they were recorded: a list of times instead of a rate.

use std::sync::Arc;

/// Recorded times in microseconds from the start of the phase, in order. Shared: workers need no copy of their own.
#[derive(Debug, Clone)]
pub(super) struct Replay {
    due_us: Arc<[u64]>,
}

impl Replay {
    pub(super) fn new(due_us: &[u64]) -> Self {
        Self {
            due_us: due_us.into(),
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.due_us.len() as u64
    }

    /// Seconds from the start of the phase to recorded arrival `j`.
    pub(super) fn time_of(&self, j: u64) -> f64 {
        self.due_us[j as usize] as f64 / 1e6
    }

    /// Arrivals in the second around `t`: a list has no rate, but a screen wants one.
    pub(super) fn rate_at(&self, t: f64) -> f64 {
        let bound = |t: f64| (t.max(0.0) * 1e6) as u64;
        let (low, high) = (bound(t - 0.5), bound(t + 0.5));
        let before = |us| self.due_us.partition_point(|due| *due < us);
        (before(high) - before(low)) as f64
    }
}
