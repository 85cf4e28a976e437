//! One time axis for everything.
//!
//! Positions are percent of the axis, so that rows drawn as SVG and marks placed as HTML agree to the pixel at every
//! width, and text never shrinks with the drawing.

mod alerts;
mod axis;
mod readout;
mod row;

use serde::Serialize;

use crate::model::NotificationStatus;
use crate::report::document::TimelineInfo;
use crate::report::format::{number, offset};
use alerts::Lane;
use axis::{Axis, Band, Tick};
use readout::Readout;
use row::Row;

/// The whole section.
#[derive(Debug, Serialize)]
pub(super) struct TimelineView {
    ticks: Vec<Tick>,
    phases: Vec<PhaseView>,
    rows: Vec<Row>,
    lanes: Vec<Lane>,
    notifications: Vec<MarkView>,
    readout: Readout,
}

#[derive(Debug, Serialize)]
struct PhaseView {
    name: String,
    band: Band,
    measured: bool,
    faults: Vec<String>,
    title: String,
}

#[derive(Debug, Serialize)]
struct MarkView {
    left: f64,
    /// `firing` or `resolved`.
    status: &'static str,
    title: String,
}

impl TimelineView {
    /// The view of a timeline; `None` when nothing happened on it.
    pub(super) fn of(info: &TimelineInfo) -> Option<Self> {
        let axis = Axis::of(info)?;
        Some(Self {
            ticks: axis.ticks(),
            phases: info
                .phases
                .iter()
                .map(|phase| PhaseView {
                    name: phase.phase.clone(),
                    band: axis.band(phase.start_ms, phase.end_ms),
                    measured: phase.measured,
                    faults: phase.faults.clone(),
                    title: phase_title(phase),
                })
                .collect(),
            rows: rows(info, axis),
            lanes: alerts::lanes(info, axis),
            notifications: notifications(info, axis),
            readout: Readout::of(info, axis),
        })
    }
}

fn phase_title(phase: &crate::report::document::PhaseInfo) -> String {
    let mut title = format!(
        "{}: {} to {}",
        phase.phase,
        offset(phase.start_ms),
        offset(phase.end_ms)
    );
    if !phase.measured {
        title.push_str(", not measured");
    }
    for fault in &phase.faults {
        title.push_str(", ");
        title.push_str(fault);
    }
    title
}

fn rows(info: &TimelineInfo, axis: Axis) -> Vec<Row> {
    if info.seconds.is_empty() {
        return Vec::new();
    }
    let seconds = &info.seconds;
    let rate = Row::new("requests", |top| format!("{}/s", number(top)))
        .area("sent", "sent", seconds, |s| Some(s.sent as f64))
        .steps("offered", "offered", seconds, |s| Some(s.planned as f64))
        .draw(axis);
    let errors = Row::new("error share", |top| format!("{} %", number(top)))
        .area("bad", "bad", seconds, |s| {
            (s.planned > 0).then(|| 100.0 * s.bad as f64 / s.planned as f64)
        })
        .draw(axis);
    let latency = Row::new("response time", crate::report::format::millis)
        .line("p50", "p50", seconds, |s| s.p50_ms)
        .line("p95", "p95", seconds, |s| s.p95_ms)
        .line("p99", "p99", seconds, |s| s.p99_ms)
        .draw(axis);
    vec![rate, errors, latency]
}

fn notifications(info: &TimelineInfo, axis: Axis) -> Vec<MarkView> {
    info.notifications
        .iter()
        .map(|mark| {
            let status = match mark.notification.status {
                NotificationStatus::Firing => "firing",
                NotificationStatus::Resolved => "resolved",
            };
            MarkView {
                left: axis.percent(mark.at_ms),
                status,
                title: format!(
                    "{} {status}, to {}, at {}",
                    mark.notification.alert_name(),
                    mark.notification.receiver,
                    offset(mark.at_ms)
                ),
            }
        })
        .collect()
}
