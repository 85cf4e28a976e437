//! Everything the page shows, in words.

use serde::Serialize;

use super::chain::HopView;
use super::findings::{FindingsView, anchor};
use super::instrument::InstrumentView;
use super::objectives::ObjectiveView;
use super::plot::PlotError;
use super::routes::RouteView;
use super::timeline::TimelineView;
use crate::model::{Counts, Timestamp, VerdictOutcome};
use crate::report::document::{Document, HopRow};
use crate::report::format::{moment, offset};
use crate::report::story::{Story, mark};

/// The root of the template's contents.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    verdict: VerdictView,
    chain: Vec<HopView>,
    hops: Vec<HopRowView>,
    timeline: Option<TimelineView>,
    routes: Vec<RouteView>,
    objectives: Vec<ObjectiveView>,
    findings: FindingsView,
    instrument: InstrumentView,
}

#[derive(Debug, Serialize)]
struct VerdictView {
    /// `pass`, `fail` or `invalid`.
    outcome: &'static str,
    title: &'static str,
    mark: &'static str,
    scenario: String,
    file: String,
    purpose: String,
    sentence: String,
    policy: String,
    exit_code: u8,
    started: String,
    length: String,
    time_scale: String,
    version: String,
    run_id: String,
    counts: Counts,
    origin: Option<Origin>,
}

/// The first thing to read after the sentence.
#[derive(Debug, Serialize)]
struct Origin {
    hop: &'static str,
    check: String,
    summary: String,
    anchor: String,
}

#[derive(Debug, Serialize)]
struct HopRowView {
    hop: String,
    says: String,
    ledger_says: String,
    status: String,
    mark: &'static str,
    verdict: String,
}

impl Page {
    /// The views of a document.
    pub(super) fn of(doc: &Document) -> Result<Self, PlotError> {
        Ok(Self {
            verdict: VerdictView::of(doc),
            chain: doc.chain.iter().map(HopView::of).collect(),
            hops: doc.hops.iter().map(HopRowView::of).collect(),
            timeline: TimelineView::of(&doc.timeline),
            routes: RouteView::all(doc)?,
            objectives: doc.objectives.iter().map(ObjectiveView::of).collect(),
            findings: FindingsView::of(doc),
            instrument: InstrumentView::of(doc),
        })
    }
}

impl VerdictView {
    fn of(doc: &Document) -> Self {
        let (outcome, status) = match doc.verdict.outcome {
            VerdictOutcome::Pass => ("pass", "pass"),
            VerdictOutcome::Fail => ("fail", "fail"),
            VerdictOutcome::Invalid => ("invalid", "inconclusive"),
        };
        Self {
            outcome,
            title: doc.verdict.outcome.title(),
            mark: mark(status),
            scenario: doc.scenario.name.clone(),
            file: doc.scenario.file.clone(),
            purpose: doc.scenario.purpose.clone(),
            sentence: doc.verdict.sentence.clone(),
            policy: doc.verdict.policy.clone(),
            exit_code: doc.verdict.exit_code,
            started: moment(doc.timeline.started),
            length: length(doc.timeline.started, doc.timeline.end_ms),
            time_scale: time_scale(doc.scenario.time_scale),
            version: doc.sloproof_version.clone(),
            run_id: doc.run_id.clone(),
            counts: doc.verdict.counts,
            origin: origin(doc),
        }
    }
}

impl HopRowView {
    fn of(row: &HopRow) -> Self {
        Self {
            hop: row.hop.clone(),
            says: row.says.clone(),
            ledger_says: row.ledger_says.clone(),
            status: row.status.clone(),
            mark: mark(&row.status),
            verdict: row.verdict.clone(),
        }
    }
}

fn length(started: Timestamp, end_ms: i64) -> String {
    if end_ms <= 0 {
        return String::new();
    }
    let end = Timestamp(started.0.saturating_add(end_ms));
    format!("{}, settled {}", offset(end_ms), moment(end))
}

fn time_scale(scale: u32) -> String {
    if scale <= 1 {
        "1: windows as long as in production".to_owned()
    } else {
        let hour = offset(3_600_000 / i64::from(scale));
        format!("{scale}: one hour of production is {hour} here")
    }
}

/// The finding to begin with: of the origin's check when there is one, else the first that is undecided.
fn origin(doc: &Document) -> Option<Origin> {
    let story = Story::of(doc);
    let told = match &doc.verdict.origin {
        Some(check) => story.failed.iter().find(|t| t.finding.check == *check),
        None => story.undecided.first(),
    }?;
    Some(Origin {
        hop: told.finding.hop.title(),
        check: told.finding.check.to_string(),
        summary: told.finding.summary.clone(),
        anchor: anchor(doc, told.finding),
    })
}
