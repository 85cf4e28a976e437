//! Everything on one time axis, in milliseconds from the start of the load.

use std::collections::BTreeMap;

use super::percentiles::millis;
use crate::ledger::WindowRow;
use crate::model::{
    AlertLog, AlertState, Answer, Engine, Labels, PhaseId, Question, Reading, Timeline, Timestamp,
};
use crate::report::document::{
    AlertInterval, NotificationMark, PhaseInfo, RouteSecond, SecondInfo, TimelineInfo,
};
use crate::scenario::plan::{Faults, Plan};
use crate::verify::Case;

/// The axis and all its rows.
pub(super) fn timeline(case: &Case<'_>) -> TimelineInfo {
    let times = case.timeline;
    let mut alerts = Vec::new();
    for engine in [Engine::Prometheus, Engine::Loki] {
        if let Some(Reading::Alerts(log)) = reading(case, &Question::AlertStates { engine }) {
            alerts.extend(intervals(case.plan, times, engine, log));
        }
    }
    alerts.sort_by(|a, b| (a.start_ms, &a.name, &a.labels).cmp(&(b.start_ms, &b.name, &b.labels)));
    let notifications = match reading(case, &Question::Notifications) {
        Some(Reading::Notifications(list)) => list
            .iter()
            .map(|n| NotificationMark {
                at_ms: offset(times, n.at),
                notification: n.clone(),
            })
            .collect(),
        _ => Vec::new(),
    };
    TimelineInfo {
        started: times.load_start,
        end_ms: offset(times, times.settled),
        phases: times
            .phases
            .iter()
            .map(|p| phase(case.plan, times, &p.phase, p.start, p.end))
            .collect(),
        seconds: seconds(case),
        alerts,
        notifications,
        unsettled: times.unsettled.clone(),
    }
}

fn reading<'a>(case: &Case<'a>, question: &Question) -> Option<&'a Reading> {
    match &case.evidence.find(question)?.answer {
        Answer::Value(reading) => Some(reading),
        _ => None,
    }
}

fn offset(times: &Timeline, at: Timestamp) -> i64 {
    at.0 - times.load_start.0
}

fn phase(
    plan: &Plan,
    times: &Timeline,
    id: &PhaseId,
    start: Timestamp,
    end: Timestamp,
) -> PhaseInfo {
    let planned = plan.load.phases.iter().find(|p| p.id == *id);
    PhaseInfo {
        phase: id.to_string(),
        start_ms: offset(times, start),
        end_ms: offset(times, end),
        measured: planned.is_some_and(|p| p.measured),
        faults: planned
            .and_then(|p| p.faults.as_ref())
            .map(words)
            .unwrap_or_default(),
    }
}

fn words(faults: &Faults) -> Vec<String> {
    let mut words = Vec::new();
    for (kind, list) in [("inner", &faults.inner), ("outer", &faults.outer)] {
        for fault in list {
            let route = format!(
                "{} {}",
                fault.method.as_deref().unwrap_or("any"),
                fault.route
            );
            if fault.error_ratio > 0.0 {
                words.push(format!(
                    "{kind}: {route} answers {} in {} %",
                    fault.status,
                    fault.error_ratio * 100.0
                ));
            }
            if fault.latency_ms > 0 {
                words.push(format!(
                    "{kind}: {route} takes {} ms longer",
                    fault.latency_ms
                ));
            }
        }
    }
    if let Some(lie) = &faults.telemetry {
        let what = lie.drop_counter.status.as_deref().unwrap_or("all");
        words.push(format!(
            "telemetry: {} % of the {what} counter increments are lost",
            lie.drop_counter.ratio * 100.0
        ));
    }
    words
}

fn seconds(case: &Case<'_>) -> Vec<SecondInfo> {
    let rows = &case.ledger.windows;
    // What an interrupt kept from being sent, perhaps hours of it, is counted in the routes and shows nothing here.
    let shown = if case.timeline.interrupted {
        let last = rows.iter().rposition(|row| row.sent > 0);
        last.map_or(0, |last| {
            rows.partition_point(|row| row.second <= rows[last].second)
        })
    } else {
        rows.len()
    };
    let mut by_second: BTreeMap<u64, BTreeMap<usize, Vec<&WindowRow>>> = BTreeMap::new();
    for row in &rows[..shown] {
        by_second
            .entry(row.second)
            .or_default()
            .entry(row.route)
            .or_default()
            .push(row);
    }
    by_second
        .into_iter()
        .map(|(second, routes)| merge_second(case.plan, second, &routes))
        .collect()
}

fn merge_second(plan: &Plan, second: u64, routes: &BTreeMap<usize, Vec<&WindowRow>>) -> SecondInfo {
    let rows = || routes.values().flatten();
    // Percentiles of different routes cannot be merged without their histograms; the worst route is told instead.
    let worst =
        |pick: fn(&WindowRow) -> Option<u64>| rows().filter_map(|r| pick(r)).max().map(millis);
    SecondInfo {
        second,
        planned: rows().map(|r| r.planned).sum(),
        sent: rows().map(|r| r.sent).sum(),
        bad: rows().map(|r| r.bad).sum(),
        p50_ms: worst(|r| r.p50_us),
        p95_ms: worst(|r| r.p95_us),
        p99_ms: worst(|r| r.p99_us),
        routes: routes
            .iter()
            .map(|(route, rows)| {
                let worst = |pick: fn(&WindowRow) -> Option<u64>| {
                    rows.iter().filter_map(|r| pick(r)).max().map(millis)
                };
                RouteSecond {
                    route: plan.load.routes[*route].id.to_string(),
                    planned: rows.iter().map(|r| r.planned).sum(),
                    bad: rows.iter().map(|r| r.bad).sum(),
                    p50_ms: worst(|r| r.p50_us),
                    p95_ms: worst(|r| r.p95_us),
                    p99_ms: worst(|r| r.p99_us),
                }
            })
            .collect(),
    }
}

/// Stretches of pending and firing per alert instance.
fn intervals(plan: &Plan, times: &Timeline, engine: Engine, log: &AlertLog) -> Vec<AlertInterval> {
    let mut open: BTreeMap<(&str, &Labels), AlertInterval> = BTreeMap::new();
    let mut closed = Vec::new();
    for change in &log.transitions {
        let key = (change.name.as_str(), &change.labels);
        if let Some(mut interval) = open.remove(&key) {
            interval.end_ms = Some(offset(times, change.at));
            closed.push(interval);
        }
        if change.state != AlertState::Inactive {
            let interval = AlertInterval {
                name: change.name.clone(),
                engine,
                labels: change.labels.clone(),
                state: change.state,
                start_ms: offset(times, change.at),
                end_ms: None,
                role: role(plan, &change.name).to_owned(),
            };
            open.insert(key, interval);
        }
    }
    closed.extend(open.into_values());
    closed
}

fn role(plan: &Plan, name: &str) -> &'static str {
    if plan.alerts.expected.iter().any(|a| a.name == name) {
        "expected"
    } else if plan.alerts.allowed.iter().any(|a| a == name) {
        "allowed"
    } else {
        "unexpected"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;

    #[test]
    fn seconds_that_an_interrupt_kept_from_being_sent_are_left_out_at_the_end_only() {
        let row = |second, sent| WindowRow {
            second,
            route: 0,
            phase: 0,
            planned: 10,
            sent,
            bad: 10 - sent,
            p50_us: None,
            p95_us: None,
            p99_us: None,
            max_us: None,
        };
        let shown = |interrupted, sent: [u64; 4]| -> Vec<u64> {
            let fixture = Fixture::new().with(|f| {
                f.timeline.interrupted = interrupted;
                f.ledger.windows = (0..).zip(sent).map(|(at, sent)| row(at, sent)).collect();
            });
            let seconds = fixture.judge(seconds);
            seconds.iter().map(|second| second.second).collect()
        };
        assert_eq!(shown(true, [10, 0, 3, 0]), [0, 1, 2]);
        assert_eq!(shown(false, [10, 0, 3, 0]), [0, 1, 2, 3]);
        assert_eq!(shown(true, [0; 4]), [0; 0]);
    }
}
