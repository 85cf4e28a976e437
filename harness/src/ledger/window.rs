//! One second of one route.

use serde::{Deserialize, Serialize};

use super::histogram::LatencyHistogram;
use crate::model::RouteId;

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

/// A window that still takes samples.
#[derive(Debug, Clone)]
pub(crate) struct OpenWindow {
    row: WindowRow,
    response: LatencyHistogram,
}

impl OpenWindow {
    pub(crate) fn new(second: u64, route: usize, phase: usize) -> Self {
        let row = WindowRow {
            second,
            route,
            phase,
            planned: 0,
            sent: 0,
            bad: 0,
            p50_us: None,
            p95_us: None,
            p99_us: None,
            max_us: None,
        };
        Self {
            row,
            response: LatencyHistogram::default(),
        }
    }

    /// Counts one arrival; `response_us` is `None` if it was never sent.
    pub(crate) fn record(&mut self, response_us: Option<u64>, good: bool) {
        self.row.planned += 1;
        self.row.bad += u64::from(!good);
        if let Some(response) = response_us {
            self.row.sent += 1;
            self.response.record(response);
        }
    }

    /// The row as of now.
    pub(crate) fn row(&self) -> WindowRow {
        WindowRow {
            p50_us: self.response.quantile(0.5),
            p95_us: self.response.quantile(0.95),
            p99_us: self.response.quantile(0.99),
            max_us: self.response.max(),
            ..self.row.clone()
        }
    }

    pub(crate) fn into_histogram(self) -> LatencyHistogram {
        self.response
    }
}

/// A closed window's histogram, for the interval log.
#[derive(Debug, Clone)]
pub struct ClosedWindow {
    /// The second.
    pub second: u64,
    /// The route.
    pub route: RouteId,
    /// Response times of the arrivals due in it.
    pub response: LatencyHistogram,
}
