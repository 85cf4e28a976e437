//! Alert states as lanes: one per ruler, alert and label set.

use serde::Serialize;

use super::axis::{Axis, Band};
use crate::model::{AlertState, Engine};
use crate::report::document::{AlertInterval, TimelineInfo};
use crate::report::format::offset;

/// The states of one alert instance.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    name: String,
    /// Ruler and labels.
    detail: String,
    /// `expected`, `allowed` or `unexpected`.
    role: String,
    bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    band: Band,
    state: &'static str,
    title: String,
}

/// Lanes in order of first appearance.
pub(super) fn lanes(info: &TimelineInfo, axis: Axis) -> Vec<Lane> {
    let mut lanes: Vec<(&AlertInterval, Lane)> = Vec::new();
    for interval in &info.alerts {
        let bar = bar(interval, axis);
        let same = |first: &AlertInterval| {
            first.name == interval.name
                && first.engine == interval.engine
                && first.labels == interval.labels
        };
        match lanes.iter_mut().find(|(first, _)| same(first)) {
            Some((_, lane)) => lane.bars.push(bar),
            None => lanes.push((
                interval,
                Lane {
                    name: interval.name.clone(),
                    detail: detail(interval),
                    role: interval.role.clone(),
                    bars: vec![bar],
                },
            )),
        }
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

/// The state in Prometheus' words.
pub(super) fn state(state: AlertState) -> &'static str {
    match state {
        AlertState::Inactive => "inactive",
        AlertState::Pending => "pending",
        AlertState::Firing => "firing",
    }
}

fn detail(interval: &AlertInterval) -> String {
    let engine = match interval.engine {
        Engine::Prometheus => "prometheus",
        Engine::Loki => "loki",
    };
    let labels: Vec<String> = interval
        .labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    format!("{engine} {}", labels.join(" "))
}

fn bar(interval: &AlertInterval, axis: Axis) -> Bar {
    let end_ms = interval.end_ms.unwrap_or(axis.end_ms);
    let state = state(interval.state);
    let until = interval.end_ms.map_or_else(|| "the end".to_owned(), offset);
    Bar {
        band: axis.band(interval.start_ms, end_ms),
        state,
        title: format!(
            "{} {state} from {} to {until} ({})",
            interval.name,
            offset(interval.start_ms),
            interval.role
        ),
    }
}
