//! How the lies of the metrics are told. An honest service never comes here.
//!
//! Lies about single requests are told when the request is counted; lies about whole series when the
//! metrics are read. Which are in force is up to [`crate::faults`].

mod native_buckets;
mod odd_series;
mod rewrite;
mod tale;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::MetricFamily;

use super::{Dialect, exchange::Exchange};
use crate::faults::MetricLies;
use tale::Tale;

pub(super) use odd_series::OddRequest;

/// What must be remembered to lie consistently.
#[derive(Debug, Default)]
pub(super) struct Liar {
    /// One for each set of lies in force.
    tales: Mutex<Vec<Arc<Tale>>>,
    /// All counters at their last reset. Stays when the lie ends: counters do not jump back.
    baseline: Mutex<Option<Vec<MetricFamily>>>,
}

/// One request as it is told.
#[derive(Debug)]
pub(super) struct Told {
    /// With the status that is told, when it is a code.
    pub(super) exchange: Exchange,
    pub(super) increments: u64,
    /// In seconds, or in milliseconds.
    pub(super) latency: f64,
    /// Where the request is counted and observed instead of its own series.
    pub(super) odd: Option<OddRequest>,
}

impl Liar {
    /// What becomes of one request. `target` is its path and query. `truth` and `in_flight` are asked when a
    /// lie begins with it.
    pub(super) fn tell(
        &self,
        lies: &[Arc<MetricLies>],
        exchange: &Exchange,
        target: &str,
        dialect: Dialect,
        now: &Now<'_>,
    ) -> Told {
        let mut told = Told {
            exchange: *exchange,
            increments: 1,
            latency: exchange.seconds,
            odd: None,
        };
        for tale in self.tales(lies) {
            self.begin(&tale, now);
            tale.distort(&mut told, exchange, target, dialect);
        }
        told
    }

    /// Changes what was encoded. Also without lies in force: counters that were reset stay so.
    pub(super) fn rewrite(
        &self,
        lies: &[Arc<MetricLies>],
        families: &mut Vec<MetricFamily>,
        now: &Now<'_>,
    ) {
        let tales = self.tales(lies);
        for tale in &tales {
            self.begin(tale, now);
            tale.odd.append_to(families);
        }
        if let Some(baseline) = self.baseline().as_ref() {
            rewrite::subtract(families, baseline);
        }
        for tale in &tales {
            tale.rewrite(families);
        }
    }

    /// Does what happens once, at the first request or scrape under a lie.
    fn begin(&self, tale: &Tale, now: &Now<'_>) {
        tale.get_stuck(now.in_flight);
        if tale.resets_counters_now() {
            let mut families = (now.truth)();
            for tale in lock(&self.tales).iter() {
                tale.odd.append_to(&mut families);
            }
            *self.baseline() = Some(families);
        }
    }

    /// The memory of each set of lies; of those no longer in force it is lost.
    fn tales(&self, lies: &[Arc<MetricLies>]) -> Vec<Arc<Tale>> {
        let mut known = lock(&self.tales);
        known.retain(|tale| lies.iter().any(|lies| tale.is_of(lies)));
        for lies in lies {
            if !known.iter().any(|tale| tale.is_of(lies)) {
                known.push(Arc::new(Tale::new(Arc::clone(lies))));
            }
        }
        known.clone()
    }

    fn baseline(&self) -> MutexGuard<'_, Option<Vec<MetricFamily>>> {
        lock(&self.baseline)
    }
}

/// The present state of the true metrics.
pub(super) struct Now<'a> {
    pub(super) truth: &'a dyn Fn() -> Vec<MetricFamily>,
    pub(super) in_flight: i64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
