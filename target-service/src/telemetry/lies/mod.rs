//! How the lies of the metrics are told. An honest service never comes here.
//!
//! Lies about single requests are told when the request is counted; lies about whole series when the
//! metrics are read. Which are in force is up to [`crate::faults`].

mod native_buckets;
mod odd_series;
mod rewrite;
mod tale;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::MetricFamily;

use super::{Dialect, exchange::Exchange};
use crate::faults::MetricLies;
use tale::{Memory, Tale};

pub(super) use odd_series::OddRequest;

/// What must be remembered to lie consistently.
#[derive(Debug, Default)]
pub(super) struct Liar {
    /// One for each set of lies that anyone still holds.
    memories: Mutex<Vec<(Weak<MetricLies>, Arc<Memory>)>>,
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
    /// What becomes of one request. `target` is its path and query, when they were kept. `now` is asked when
    /// a lie begins with it.
    pub(super) fn tell(
        &self,
        lies: &[Arc<MetricLies>],
        exchange: &Exchange,
        target: Option<&str>,
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
            tale.memory.odd.append_to(families);
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
            for (_, memory) in lock(&self.memories).iter() {
                memory.odd.append_to(&mut families);
            }
            *self.baseline() = Some(families);
        }
    }

    /// Each set of lies with its memory. A memory goes with its set: not at once when another set is put, as
    /// requests under way may still hold the old one, and none of them must make it begin anew.
    fn tales(&self, lies: &[Arc<MetricLies>]) -> Vec<Tale> {
        let mut memories = lock(&self.memories);
        memories.retain(|(lies, _)| lies.strong_count() > 0);
        let mut memory_of = |lies: &Arc<MetricLies>| {
            let mut known = memories.iter();
            let known = known.find(|(known, _)| std::ptr::eq(known.as_ptr(), Arc::as_ptr(lies)));
            if let Some((_, memory)) = known {
                return Arc::clone(memory);
            }
            let memory = Arc::<Memory>::default();
            memories.push((Arc::downgrade(lies), Arc::clone(&memory)));
            memory
        };
        let tale = |lies: &Arc<MetricLies>| Tale {
            memory: memory_of(lies),
            lies: Arc::clone(lies),
        };
        lies.iter().map(tale).collect()
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
