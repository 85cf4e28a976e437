//! The generator about itself, where it ran, and how to repeat it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::document::Document;
use crate::report::format::{ABSENT, count, maybe_millis, millis, number, share};

/// The last section.
#[derive(Debug, Serialize)]
pub(super) struct InstrumentView {
    facts: Vec<(&'static str, String)>,
    warnings: Vec<String>,
    notes: Vec<String>,
    unsettled: Vec<String>,
    servers: BTreeMap<String, String>,
    platform: String,
    command: String,
    seed: u64,
    file: String,
    text: String,
}

impl InstrumentView {
    /// The view of the instrument.
    pub(super) fn of(doc: &Document) -> Self {
        Self {
            facts: facts(doc),
            warnings: doc.instrument.warnings.clone(),
            notes: doc.instrument.notes.clone(),
            unsettled: doc.timeline.unsettled.clone(),
            servers: doc.environment.servers.clone(),
            platform: format!(
                "{}, {} processors",
                doc.environment.platform, doc.environment.cpus
            ),
            command: doc.scenario.command.clone(),
            seed: doc.scenario.seed,
            file: doc.scenario.file.clone(),
            text: doc.scenario.text.clone(),
        }
    }
}

fn facts(doc: &Document) -> Vec<(&'static str, String)> {
    let g = &doc.instrument.generator;
    let delay = &doc.instrument.delay;
    let sent = match g.sent_share() {
        Some(ratio) => format!(
            "{} of {} planned ({})",
            count(g.sent),
            count(g.planned),
            share(ratio.0)
        ),
        None => "nothing was planned".to_owned(),
    };
    let cores = |value: Option<f64>| value.map_or_else(|| ABSENT.to_owned(), number);
    vec![
        ("requests sent", sent),
        (
            "sending took",
            format!(
                "{} (planned {})",
                millis(g.sending_duration.0 as f64),
                millis(g.planned_duration.0 as f64)
            ),
        ),
        (
            "schedule delay",
            format!(
                "p50 {}, p95 {}, p99 {}, max {}",
                maybe_millis(delay.p50_ms),
                maybe_millis(delay.p95_ms),
                maybe_millis(delay.p99_ms),
                maybe_millis(delay.max_ms)
            ),
        ),
        (
            "waited for a free place",
            format!(
                "{} requests (at most {} in flight)",
                count(g.waited_for_place),
                count(u64::from(g.max_in_flight))
            ),
        ),
        (
            "processor",
            format!(
                "{} of {} cores used",
                cores(g.cpu_cores_used),
                cores(g.cpu_cores)
            ),
        ),
        (
            "longest pause",
            maybe_millis(g.longest_pause_ms.map(|ms| ms as f64)),
        ),
    ]
}
