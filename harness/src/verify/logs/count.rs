//! One log line for every failed request.

use std::collections::BTreeMap;

use crate::ledger::Ledger;
use crate::model::{Finding, Hop, Question, Series, Status};
use crate::scenario::Plan;
use crate::scenario::plan::LogSignal;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::endpoint::{Endpoint, endpoints, strangers};
use crate::verify::tally::{Agreement, Tally};
use crate::verify::words;

/// `logs/count`.
#[derive(Debug, Clone, Copy)]
pub struct Count;

const META: Meta = Meta {
    id: "logs/count",
    hop: Hop::Logs,
    title: "the log query yields exactly one line for every failed response, by route and status",
    failure: "error lines are lost, doubled or not matched: log alerts and searches miss what users saw",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

impl Check for Count {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        plan.signals.error_logs.iter().map(question).collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let Some(signal) = &case.plan.signals.error_logs else {
            return vec![META.skipped("error lines", "the scenario names no log query")];
        };
        // Loki answers a count of no lines with no series: here, and only here, empty is zero.
        let asked = META.series(case, &question(signal), &signal.selector, "loki");
        let (evidence, series) = match asked {
            Ok(answer) => answer,
            Err(finding) => return vec![*finding],
        };
        let known = endpoints(
            case.plan,
            signal.route_label.as_deref(),
            signal.method_label.as_deref(),
        );
        let others = strangers(&known, series, lines);
        known
            .iter()
            .map(|endpoint| {
                of_endpoint(case, signal, endpoint, series, &others).evidence([evidence.id])
            })
            .collect()
    }
}

/// What became of a failed response without a line.
const LOST: &str = "not found";

fn question(signal: &LogSignal) -> Question {
    let labels = [
        &signal.route_label,
        &signal.method_label,
        &signal.status_label,
    ];
    Question::LokiCount {
        selector: signal.selector.clone(),
        by: labels.into_iter().flatten().cloned().collect(),
    }
}

fn lines(series: &Series) -> u64 {
    series.last().map_or(0, |n| n.round() as u64)
}

fn of_endpoint(
    case: &Case<'_>,
    signal: &LogSignal,
    endpoint: &Endpoint<'_>,
    series: &[Series],
    others: &BTreeMap<String, u64>,
) -> Finding {
    let subject = endpoint.title();
    let outcomes = Ledger::sum_outcomes(endpoint.cells(case.ledger));
    if outcomes.total() == 0 {
        return META.skipped(subject, "no arrival was planned on this route");
    }
    let (from, to) = signal.statuses;
    let mut failed = outcomes.completed.clone();
    failed.retain(|status, _| (from..=to).contains(status));
    let own = series.iter().filter(|s| endpoint.owns(s));
    let tally = match &signal.status_label {
        None => {
            let found = own.map(lines).sum();
            Tally::total(failed.values().sum(), found, outcomes.ambiguous())
        }
        Some(label) => {
            let mut found: BTreeMap<String, u64> = BTreeMap::new();
            for one in own {
                *found.entry(one.label(label).to_owned()).or_default() += lines(one);
            }
            Tally::by_status(&failed, &found, outcomes.ambiguous())
        }
    };
    let finding =
        judged(case, &tally, subject, series, others).expected(tally.expected_text("line"));
    let lacks = |label: &&str| series.iter().all(|s| s.label(label).is_empty());
    match signal.status_label.as_deref().filter(lacks) {
        Some(label) if finding.status == Status::Fail && !series.is_empty() => finding.hint(
            format!("no line has a label `{label}`: name the status in signals.errorLogs.labels as the lines do"),
        ),
        _ => finding,
    }
}

fn judged(
    case: &Case<'_>,
    tally: &Tally,
    subject: String,
    series: &[Series],
    others: &BTreeMap<String, u64>,
) -> Finding {
    let observed = tally.observed_text("line");
    let finding = match tally.agreement() {
        // A selector that never matched anything may be wrong; only a run with errors can prove it.
        Agreement::Exact if series.iter().all(|s| lines(s) == 0) => {
            return META
                .pass(subject, "no failed response and no error line")
                .observed("0 lines; the query matched nothing in this run, so it is unproven");
        }
        Agreement::Exact => META.pass(subject, "lines and ledger agree exactly"),
        Agreement::WithinUnanswered => {
            let n = words::count(tally.extra(), "unanswered request");
            META.pass(subject, format!("lines and ledger agree; {n} logged too"))
        }
        // Late and lost look the same until the logs have come to rest.
        Agreement::Differs if tally.extra() == 0 && !case.timeline.unsettled.is_empty() => META
            .undecided(subject, format!("{} yet", tally.difference("line", LOST)))
            .hint(format!(
                "the telemetry had not caught up ({}): raise the settle timeout",
                words::list(&case.timeline.unsettled)
            )),
        Agreement::Differs => META
            .fail(subject, tally.difference("line", LOST))
            .hint(advice(tally, series, others)),
    };
    finding.observed(observed)
}

/// What to look at, by what is wrong.
fn advice(tally: &Tally, series: &[Series], others: &BTreeMap<String, u64>) -> String {
    if series.is_empty() {
        "the query matches no line: run it without its filters, then add one at a time; or something in front of the \
         service answered, see requests/count"
            .to_owned()
    } else if tally.missing() > 0 && !others.is_empty() {
        let other: u64 = others.values().sum();
        let names: Vec<String> = others.keys().map(|k| format!("`{k}`")).collect();
        format!(
            "{} carry other label values: {}",
            words::count(other, "line"),
            words::list(&names)
        )
    } else if tally.missing() > 0 && tally.extra() > 0 {
        "lines carry another status than was sent: log the status that is written to the wire"
            .to_owned()
    } else if tally.missing() > 0 {
        "look for a log level or sampling that hides errors, and for drops in the log shipper"
            .to_owned()
    } else {
        "the query matches more than one line per failure, or other callers' requests: narrow it"
            .to_owned()
    }
}

#[cfg(test)]
mod tests;
