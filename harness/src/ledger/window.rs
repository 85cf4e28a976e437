//! One second of one route.

use serde::{Deserialize, Serialize};

/// Counts and response-time percentiles of the arrivals that were due in one second on one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowRow {
    /// The second, from 0 at the start of the load.
    pub second: u64,
    /// Index of the route in the load plan.
    pub route: usize,
    /// Index of the phase in the load plan; a second across a border belongs to the phase of each arrival.
    pub phase: usize,
    /// Arrivals due.
    pub planned: u64,
    /// Arrivals sent.
    pub sent: u64,
    /// Arrivals with a bad outcome.
    pub bad: u64,
    /// Median response time in microseconds; `None` when nothing completed.
    pub p50_us: Option<u64>,
    /// 95th percentile.
    pub p95_us: Option<u64>,
    /// 99th percentile.
    pub p99_us: Option<u64>,
    /// Maximum.
    pub max_us: Option<u64>,
}
