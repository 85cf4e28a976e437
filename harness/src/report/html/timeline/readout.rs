//! What the hover line reads: the rows at one moment, as data for the page's script.

use serde::Serialize;

use super::alerts::state;
use super::axis::Axis;
use crate::model::NotificationStatus;
use crate::report::document::TimelineInfo;

/// The data behind the axis.
#[derive(Debug, Serialize)]
pub(super) struct Readout {
    started: i64,
    end: i64,
    phases: Vec<PhaseAt>,
    seconds: Vec<SecondAt>,
    alerts: Vec<AlertAt>,
    notifications: Vec<NotificationAt>,
}

#[derive(Debug, Serialize)]
struct PhaseAt {
    name: String,
    start: i64,
    end: i64,
    faults: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SecondAt {
    at: u64,
    planned: u64,
    sent: u64,
    bad: u64,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

#[derive(Debug, Serialize)]
struct AlertAt {
    name: String,
    state: &'static str,
    start: i64,
    end: i64,
}

#[derive(Debug, Serialize)]
struct NotificationAt {
    name: String,
    status: &'static str,
    at: i64,
}

impl Readout {
    /// Everything that can be read at a moment.
    pub(super) fn of(info: &TimelineInfo, axis: Axis) -> Self {
        Self {
            started: info.started.0,
            end: axis.end_ms,
            phases: info
                .phases
                .iter()
                .map(|p| PhaseAt {
                    name: p.phase.clone(),
                    start: p.start_ms,
                    end: p.end_ms,
                    faults: p.faults.clone(),
                })
                .collect(),
            seconds: info
                .seconds
                .iter()
                .map(|s| SecondAt {
                    at: s.second,
                    planned: s.planned,
                    sent: s.sent,
                    bad: s.bad,
                    p50: s.p50_ms,
                    p95: s.p95_ms,
                    p99: s.p99_ms,
                })
                .collect(),
            alerts: info
                .alerts
                .iter()
                .map(|a| AlertAt {
                    name: a.name.clone(),
                    state: state(a.state),
                    start: a.start_ms,
                    end: a.end_ms.unwrap_or(axis.end_ms),
                })
                .collect(),
            notifications: info
                .notifications
                .iter()
                .map(|n| NotificationAt {
                    name: n.notification.alert_name().to_owned(),
                    status: match n.notification.status {
                        NotificationStatus::Firing => "firing",
                        NotificationStatus::Resolved => "resolved",
                    },
                    at: n.at_ms,
                })
                .collect(),
        }
    }
}
