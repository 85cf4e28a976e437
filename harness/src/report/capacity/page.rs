//! `find-max.html`: the answer, the picture and the steps on one page that needs no network.

use minijinja::{Environment, context};
use serde::Serialize;

use super::document::CapacityDocument;
use super::picture::inline;
use super::story::{purpose, rate, title, verdict};
use crate::capacity::{Conclusion, Judged};
use crate::report::format::{maybe_millis, maybe_share, moment, told_millis};
use crate::report::html::HtmlError;
use crate::report::html::value::from_json;

#[derive(Debug, Serialize)]
struct Page {
    outcome: &'static str,
    mark: &'static str,
    title: &'static str,
    objective: String,
    started: String,
    steps: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    number: u32,
    purpose: &'static str,
    offered: String,
    achieved: String,
    numbers: Vec<String>,
    judged: &'static str,
    verdict: String,
}

/// Renders the document as one self-contained page. Every text of the document is escaped.
pub fn page(doc: &CapacityDocument) -> Result<String, HtmlError> {
    let (outcome, mark) = match doc.answer.conclusion {
        Conclusion::Found | Conclusion::AtLeastLimit => ("pass", "✔"),
        Conclusion::NotHeld => ("fail", "✖"),
        _ => ("invalid", "?"),
    };
    let view = Page {
        outcome,
        mark,
        title: title(doc.answer.conclusion),
        objective: doc.objective.to_string(),
        started: moment(doc.started),
        steps: doc.steps.iter().map(row).collect(),
    };
    let mut env = Environment::new();
    env.add_template("capacity.html", include_str!("assets/capacity.html"))?;
    let html = env.get_template("capacity.html")?.render(context! {
        css => include_str!("../html/assets/style.css"),
        picture => inline(doc)?,
        doc => from_json(serde_json::to_value(doc)?),
        p => from_json(serde_json::to_value(view)?),
    })?;
    Ok(html)
}

fn row(step: &super::document::StepInfo) -> Row {
    let [p50, _, p95, p99, _] = step.response.told().map(told_millis);
    Row {
        number: step.number,
        purpose: purpose(step.purpose),
        offered: rate(step.rate),
        achieved: rate(step.achieved),
        numbers: vec![
            p50,
            p95,
            p99,
            maybe_millis(step.service.p99_ms),
            maybe_millis(step.delay_p99_ms),
            maybe_share(step.bad_share),
        ],
        judged: match step.judged {
            Judged::Holds => "pass",
            Judged::Breaks => "fail",
            Judged::Invalid => "inconclusive",
        },
        verdict: verdict(step),
    }
}
