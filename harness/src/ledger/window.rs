//! One second of one route.

use serde::{Deserialize, Serialize};

use super::histogram::LatencyHistogram;

/// So many values are kept as they are before a histogram takes them: most windows hold fewer, and a histogram of an
/// hour's range is forty times as large.
const FEW: usize = 256;

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

/// What was recorded of one route, phase and second; of one worker or, merged, of all.
#[derive(Debug, Clone, Default)]
pub struct Window {
    planned: u64,
    sent: u64,
    bad: u64,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Few(Vec<u64>),
    Many(Box<LatencyHistogram>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Window {
    /// Counts one arrival; `response_us` is `None` if it was never sent.
    pub(super) fn record(&mut self, response_us: Option<u64>, good: bool) {
        self.planned += 1;
        self.bad += u64::from(!good);
        if let Some(response) = response_us {
            self.sent += 1;
            self.values.push(response);
        }
    }

    /// Counts so many arrivals that were never sent.
    pub(super) fn add_unsent(&mut self, arrivals: u64) {
        self.planned += arrivals;
        self.bad += arrivals;
    }

    /// Adds another worker's part of the same window.
    pub(super) fn merge(&mut self, other: Self) {
        self.planned += other.planned;
        self.sent += other.sent;
        self.bad += other.bad;
        match other.values {
            Values::Few(values) => values.into_iter().for_each(|us| self.values.push(us)),
            Values::Many(histogram) => self.values.many().merge(&histogram),
        }
    }

    /// Its row, and its response times; `None` if nothing was sent: a histogram is 16 KB, and a load that is stopped
    /// early leaves many such windows.
    pub(super) fn close(
        mut self,
        second: u64,
        route: usize,
        phase: usize,
    ) -> (WindowRow, Option<LatencyHistogram>) {
        let response = (self.sent > 0).then(|| std::mem::take(self.values.many()));
        let quantile = |q| response.as_ref().and_then(|times| times.quantile(q));
        let row = WindowRow {
            second,
            route,
            phase,
            planned: self.planned,
            sent: self.sent,
            bad: self.bad,
            p50_us: quantile(0.5),
            p95_us: quantile(0.95),
            p99_us: quantile(0.99),
            max_us: response.as_ref().and_then(LatencyHistogram::max),
        };
        (row, response)
    }
}

impl Values {
    fn push(&mut self, us: u64) {
        match self {
            Self::Few(values) if values.len() < FEW => values.push(us),
            _ => self.many().record(us),
        }
    }

    fn many(&mut self) -> &mut LatencyHistogram {
        if let Self::Few(values) = self {
            let mut histogram = LatencyHistogram::default();
            for us in values.iter() {
                histogram.record(*us);
            }
            *self = Self::Many(Box::new(histogram));
        }
        match self {
            Self::Many(histogram) => histogram,
            Self::Few(_) => unreachable!("it has just been made many"),
        }
    }
}
