//! What the load engine says about one arrival.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Outcome, PhaseId, RouteId};

/// One arrival and what became of it. Times count from the start of the load.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Number of the arrival, from 0 over the whole run.
    pub seq: u64,
    /// Index of its route in the load plan.
    pub route: usize,
    /// Index of its phase in the load plan.
    pub phase: usize,
    /// When it was meant to be sent.
    pub due: Duration,
    /// When it was sent; `None` if it never was.
    pub sent: Option<Duration>,
    /// When its outcome was known.
    pub done: Duration,
    /// What became of it.
    pub outcome: Outcome,
    /// The W3C trace id it carried.
    pub trace_id: TraceId,
}

impl Sample {
    /// Done minus due.
    pub fn response(&self) -> Duration {
        self.done.saturating_sub(self.due)
    }
}

/// A W3C trace id; shown as 32 hex digits. All zero means that there was none, and is shown as nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TraceId(pub u128);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            id => write!(f, "{id:032x}"),
        }
    }
}

/// A sample worth keeping: among the slowest or among the bad ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptSample {
    /// Number of the arrival.
    pub seq: u64,
    /// Its route.
    pub route: RouteId,
    /// Its phase.
    pub phase: PhaseId,
    /// Intended time in microseconds from the start of the load.
    pub due_us: u64,
    /// Done minus due.
    pub response_us: u64,
    /// Done minus sent; `None` if never sent.
    pub service_us: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// Its trace id, to be looked up in the service's logs.
    pub trace_id: String,
}
