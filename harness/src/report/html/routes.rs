//! Routes: the table, the plots, and the samples worth looking at.

use serde::Serialize;

use super::plot::{self, PlotError};
use crate::ledger::KeptSample;
use crate::model::Outcome;
use crate::model::outcome::NotSent;
use crate::report::document::{Document, Percentiles, RouteInfo};
use crate::report::format::{ABSENT, count, millis, told_millis};

/// One route.
#[derive(Debug, Serialize)]
pub(super) struct RouteView {
    name: String,
    request: String,
    planned: String,
    good: String,
    bad: String,
    has_bad: bool,
    response: Vec<String>,
    service: Vec<String>,
    /// Word and count per outcome.
    outcomes: Vec<(String, String)>,
    /// Inline SVG; empty where there is nothing to draw.
    latency: String,
    errors: String,
    curve: String,
    slowest: Vec<SampleView>,
    failed: Vec<SampleView>,
}

#[derive(Debug, Serialize)]
struct SampleView {
    due: String,
    phase: String,
    outcome: String,
    response: String,
    service: String,
    trace_id: String,
}

impl RouteView {
    /// The views of all routes, with their plots.
    pub(super) fn all(doc: &Document) -> Result<Vec<Self>, PlotError> {
        doc.routes.iter().map(|r| Self::of(doc, r)).collect()
    }

    fn of(doc: &Document, route: &RouteInfo) -> Result<Self, PlotError> {
        let seconds = plot::RouteSeconds::of(&doc.timeline, &route.route);
        let (latency, errors) = (plot::latency(&seconds)?, plot::errors(&seconds)?);
        let beside = [&latency, &errors].iter().filter(|s| !s.is_empty()).count();
        Ok(Self {
            name: route.route.clone(),
            request: route.request.clone(),
            planned: count(route.planned),
            good: count(route.good),
            bad: count(route.bad),
            has_bad: route.bad > 0,
            response: percentiles(&route.response),
            service: percentiles(&route.service),
            outcomes: route
                .outcomes
                .iter()
                .map(|(word, n)| (word.replace('_', " "), count(*n)))
                .collect(),
            latency,
            errors,
            curve: plot::curve(&route.response_curve, &route.service_curve, beside)?,
            slowest: route.slowest.iter().map(SampleView::of).collect(),
            failed: route.failed.iter().map(SampleView::of).collect(),
        })
    }
}

impl SampleView {
    fn of(sample: &KeptSample) -> Self {
        Self {
            due: format!("{:.3} s", sample.due_us as f64 / 1e6),
            phase: sample.phase.to_string(),
            outcome: outcome(&sample.outcome),
            response: millis(sample.response_us as f64 / 1000.0),
            service: sample
                .service_us
                .map_or_else(|| ABSENT.to_owned(), |us| millis(us as f64 / 1000.0)),
            trace_id: sample.trace_id.clone(),
        }
    }
}

fn percentiles(p: &Percentiles) -> Vec<String> {
    p.told().map(told_millis).into()
}

fn told(why: NotSent) -> &'static str {
    match why {
        NotSent::Behind => "the generator was behind",
        NotSent::Interrupted => "interrupted",
        NotSent::StepBefore => "the step before did not succeed in time",
        NotSent::NoValue => "the reply to the step before lacked a value",
        NotSent::NoRow => "the feeder's rows were used up",
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed { status, .. } => format!("status {status}"),
        Outcome::TimedOut => "timed out".to_owned(),
        Outcome::ConnectFailed => "no connection".to_owned(),
        Outcome::Broken { why } => format!("broken: {why}"),
        Outcome::NotSent { why } => format!("not sent: {}", told(*why)),
    }
}
