//! A request under way, counted as such until it ends in one way or another.

use std::sync::Arc;

use super::Metrics;
use crate::endpoint::Subject;

/// Dropped unfinished when the server drops the request's future: the client has gone.
pub(super) struct RequestGuard {
    metrics: Arc<Metrics>,
    subject: Subject,
    finished: bool,
}

impl RequestGuard {
    pub(super) fn begin(metrics: Arc<Metrics>, subject: Subject) -> Self {
        metrics.in_flight().inc();
        Self {
            metrics,
            subject,
            finished: false,
        }
    }

    /// The request has its answer.
    pub(super) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.metrics.in_flight().dec();
        if !self.finished {
            self.metrics.abort(self.subject);
        }
    }
}
