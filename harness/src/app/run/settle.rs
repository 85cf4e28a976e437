//! Waiting before and after the load: for a baseline, for alerts to resolve, for the telemetry to catch up.

use std::time::Duration;

use super::super::interrupt::Interrupt;
use super::super::{Console, Failure, now};
use super::drive::Driven;
use super::servers::Servers;
use super::watch::Watch;
use crate::model::{AlertState, Millis, NotificationStatus, Timestamp};
use crate::scenario::Plan;
use crate::scenario::plan::ExpectedAlert;
use crate::telemetry::{self, SettlePlan};

pub(super) use crate::telemetry::Settled;

/// What polling, evaluation and delivery may add to an alert's own deadline.
const ALERT_SLACK: Millis = Millis(3000);

/// How long an interrupted run waits for the telemetry at most.
const INTERRUPTED_TIMEOUT: Millis = Millis(4000);

/// Waits until the counters have a sample to subtract.
pub(super) async fn baseline(
    console: &Console,
    plan: &Plan,
    servers: &Servers,
) -> Result<Timestamp, Failure> {
    let selector = plan.signals.requests.as_ref().map(|s| s.selector.as_str());
    let baseline = telemetry::baseline(
        selector,
        plan.telemetry.settle_timeout,
        &servers.sources,
        now,
        sleep,
    )
    .await;
    match baseline.missing {
        // A service whose counters are born with its first request has no baseline; the checks say what that means.
        Some(why) => console.say(&why),
        None => console.say("baseline taken"),
    }
    Ok(baseline.at)
}

/// Waits until expected alerts have resolved or are overdue, then until the telemetry has caught up.
pub(super) async fn settle(
    console: &Console,
    plan: &Plan,
    servers: &Servers,
    watch: &Watch,
    driven: &Driven,
    interrupt: &Interrupt,
) -> Settled {
    if !interrupt.is_set() {
        console.say("load is over; waiting for alerts and telemetry to settle");
        tokio::select! {
            () = wait_for_alerts(plan, watch, driven) => {}
            () = interrupt.first() => {}
        }
    }
    let timeout = if interrupt.is_set() {
        INTERRUPTED_TIMEOUT
    } else {
        plan.telemetry.settle_timeout
    };
    let settle_plan = SettlePlan {
        baseline: driven.start,
        counter_selector: plan.signals.requests.as_ref().map(|s| s.selector.clone()),
        log_selector: plan.signals.error_logs.as_ref().map(|s| s.selector.clone()),
        scrape_interval: plan.telemetry.scrape_interval,
        timeout,
    };
    let settled = telemetry::settle(&settle_plan, driven.end, &servers.sources, now, sleep).await;
    for trouble in &settled.unsettled {
        console.say(trouble);
    }
    settled
}

async fn wait_for_alerts(plan: &Plan, watch: &Watch, driven: &Driven) {
    for alert in &plan.alerts.expected {
        let Some(deadline) = deadline(alert, driven) else {
            continue;
        };
        while now() < deadline && !is_over(alert, watch) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The moment after which an expected alert has nothing more to show; `None` if its phase never began.
fn deadline(alert: &ExpectedAlert, driven: &Driven) -> Option<Timestamp> {
    let phase = driven.phases.iter().find(|p| p.phase == alert.phase)?;
    let fires = phase.start + alert.fires_within;
    let resolves = alert
        .resolves_within
        .map_or(fires, |within| phase.end + within);
    Some(fires.max(resolves) + ALERT_SLACK)
}

/// Whether an alert has done all that is expected of it.
fn is_over(alert: &ExpectedAlert, watch: &Watch) -> bool {
    let must_resolve = alert.resolves_within.is_some();
    let state = watch
        .active()
        .into_iter()
        .find(|(name, _)| *name == alert.name)
        .map(|(_, state)| state);
    let Some(state) = state else { return false };
    if must_resolve && state != AlertState::Inactive {
        return false;
    }
    if alert.delivered != Some(true) {
        return true;
    }
    let wanted = if must_resolve {
        NotificationStatus::Resolved
    } else {
        NotificationStatus::Firing
    };
    watch
        .notifications()
        .iter()
        .any(|n| n.alert_name() == alert.name && n.status == wanted)
}

async fn sleep(length: Millis) {
    tokio::time::sleep(length.into()).await;
}
