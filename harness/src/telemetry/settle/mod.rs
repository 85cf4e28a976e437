//! Waits until the telemetry has caught up with the load, or says what did not.
//!
//! Servers are asked through `Source` like everywhere else; clock and sleep are the caller's.

mod counter;
mod lines;
mod waiting;

use std::future::Future;

use super::collect::Sources;
use crate::model::{Millis, Timestamp};
use waiting::{Waiting, cannot};

/// What to wait for, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlePlan {
    /// The run's baseline: lines are counted from here.
    pub baseline: Timestamp,
    /// PromQL selector of the request counter.
    pub counter_selector: Option<String>,
    /// LogQL selector of the request log.
    pub log_selector: Option<String>,
    /// How often Prometheus scrapes the service.
    pub scrape_interval: Millis,
    /// How long to wait at most, from the call on.
    pub timeout: Millis,
}

/// The end of the wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Now: the moment at which the questions are asked.
    pub at: Timestamp,
    /// What did not catch up, in words; empty when everything did.
    pub unsettled: Vec<String>,
}

/// The moment before the load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Now: no arrival before this moment is the run's.
    pub at: Timestamp,
    /// Why there is no sample to subtract, in words.
    pub missing: Option<String>,
}

/// Prometheus has caught up when two successive scrapes, both begun at least one interval after the last response, agree
/// on the counter's sum. Loki has when the number of lines is the same in three counts, 500 ms apart, the first at least
/// 1.5 s after the last response; no lines at all are believed only after ten. Both are waited for at once.
///
/// A server that fails three times in a row is given up at once. A server that the scenario does not name, or that has
/// no selector, is not waited for, but two scrapes are awaited where rules and dashboards may need them.
pub async fn settle<C, S, F>(
    plan: &SettlePlan,
    last_response: Timestamp,
    sources: &Sources,
    clock: C,
    sleep: S,
) -> Settled
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    let deadline = clock() + plan.timeout;
    let until = |moment: Timestamp| sleep(moment.min(deadline).since(clock()));
    let prometheus = async {
        let source = sources.prometheus.as_deref()?;
        let Some(selector) = &plan.counter_selector else {
            until(last_response + plan.scrape_interval + plan.scrape_interval).await;
            return None;
        };
        let since = last_response + plan.scrape_interval;
        let mut waiting = Waiting::new(source, &clock, &sleep, deadline, plan.baseline);
        counter::caught_up(&mut waiting, selector, since)
            .await
            .err()
    };
    let loki = async {
        let source = sources.loki.as_deref()?;
        let selector = plan.log_selector.as_ref()?;
        until(last_response + lines::DELAY).await;
        let mut waiting = Waiting::new(source, &clock, &sleep, deadline, plan.baseline);
        lines::caught_up(&mut waiting, selector).await.err()
    };
    let (prometheus, loki) = tokio::join!(prometheus, loki);
    Settled {
        at: clock(),
        unsettled: [prometheus, loki].into_iter().flatten().collect(),
    }
}

/// Waits for a scrape of the counter that began after the call, so that everything sent before is in it.
/// Without a Prometheus or a selector there is nothing to wait for.
pub async fn baseline<C, S, F>(
    counter_selector: Option<&str>,
    timeout: Millis,
    sources: &Sources,
    clock: C,
    sleep: S,
) -> Baseline
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    let began = clock();
    let missing = match (sources.prometheus.as_deref(), counter_selector) {
        (Some(source), Some(selector)) => {
            let mut waiting = Waiting::new(source, &clock, &sleep, began + timeout, began);
            counter::scraped(&mut waiting, selector, began).await.err()
        }
        _ => None,
    };
    Baseline {
        at: clock(),
        missing: missing.map(|why| cannot("no baseline", &why)),
    }
}
