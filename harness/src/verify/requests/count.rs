//! The request counter moved once for every response.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::Ledger;
use crate::model::{Evidence, Finding, Hop, Question, Series};
use crate::scenario::Plan;
use crate::scenario::plan::RequestSignal;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::counter::Movement;
use crate::verify::endpoint::{Endpoint, endpoints, strangers};
use crate::verify::tally::{Agreement, Tally};
use crate::verify::words;

/// `requests/count`.
#[derive(Debug, Clone, Copy)]
pub struct Count;

const META: Meta = Meta {
    id: "requests/count",
    hop: Hop::Counters,
    title: "the request counter moved exactly once for every response, by route and status",
    failure: "the counter misses or invents requests: every rate, error share and budget built on it is wrong",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

impl Check for Count {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        plan.signals.requests.iter().map(question).collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let Some(signal) = &case.plan.signals.requests else {
            return vec![META.skipped("request counter", "the scenario names no request counter")];
        };
        match META.series(case, &question(signal), &signal.selector, "prometheus") {
            Ok((evidence, [])) => {
                vec![no_series(case.ledger, &signal.selector).evidence([evidence.id])]
            }
            Ok((evidence, series)) => of_endpoints(case, signal, evidence, series),
            Err(finding) => vec![*finding],
        }
    }
}

/// The counter's samples; other checks that look at them ask the same question.
pub(crate) fn question(signal: &RequestSignal) -> Question {
    Question::PromSamples {
        selector: signal.selector.clone(),
    }
}

fn no_series(ledger: &Ledger, selector: &str) -> Finding {
    let completed = Ledger::sum_outcomes(&ledger.cells).completed_total();
    let hint =
        "compare the selector with the service's /metrics page and with Prometheus' target labels";
    if completed == 0 {
        META.undecided(selector, "no series, and no response to count")
    } else {
        META.fail(selector, "no series matches the selector")
    }
    .expected(words::count(completed, "response"))
    .observed("no series")
    .hint(hint)
}

fn of_endpoints(
    case: &Case<'_>,
    signal: &RequestSignal,
    evidence: &Evidence,
    series: &[Series],
) -> Vec<Finding> {
    let known = endpoints(
        case.plan,
        signal.route_label.as_deref(),
        signal.method_label.as_deref(),
    );
    let others = strangers(&known, series, |s| moved(case, s));
    known
        .iter()
        .map(|endpoint| {
            let own: Vec<&Series> = series.iter().filter(|s| endpoint.owns(s)).collect();
            of_endpoint(case, signal, endpoint, &own, &others).evidence([evidence.id])
        })
        .collect()
}

/// How far one counter series moved during the run.
pub(super) fn moved(case: &Case<'_>, series: &Series) -> u64 {
    movement(case, [series]).map_or(0, |m| m.events())
}

fn movement<'a>(case: &Case<'_>, series: impl IntoIterator<Item = &'a Series>) -> Option<Movement> {
    Movement::over(series, case.timeline.baseline, case.timeline.settled)
}

fn of_endpoint(
    case: &Case<'_>,
    signal: &RequestSignal,
    endpoint: &Endpoint<'_>,
    series: &[&Series],
    others: &BTreeMap<String, u64>,
) -> Finding {
    let subject = endpoint.title();
    let outcomes = Ledger::sum_outcomes(endpoint.cells(case.ledger));
    if outcomes.total() == 0 {
        return META.skipped(subject, "no arrival was planned on this route");
    }
    let Some(all) = movement(case, series.iter().copied()) else {
        let expected = words::count(outcomes.completed_total(), "response");
        return absent(&subject, endpoint, outcomes.completed_total(), others).expected(expected);
    };
    let load_end = case.timeline.load_end;
    if let Some(label) = unlabelled(signal.status_label.as_deref(), series) {
        return no_status(&subject, label, series)
            .expected(words::count(outcomes.completed_total(), "response"));
    }
    let tally = match &signal.status_label {
        None => Tally::total(
            outcomes.completed_total(),
            all.events(),
            outcomes.ambiguous(),
        ),
        Some(label) => {
            let mut counted: BTreeMap<String, Vec<&Series>> = BTreeMap::new();
            for one in series {
                let status = one.label(label).to_owned();
                counted.entry(status).or_default().push(*one);
            }
            let counted = counted
                .into_iter()
                .filter_map(|(status, of)| Some((status, movement(case, of)?.events())))
                .collect();
            Tally::by_status(&outcomes.completed, &counted, outcomes.ambiguous())
        }
    };
    let finding = if all.last_at < load_end {
        let age = words::age(all.last_at, load_end);
        META.undecided(
            subject,
            format!("last sample is {age} older than the last response"),
        )
        .hint(match outcomes.connect_failed {
            0 => "see in Prometheus' targets page why the scrape stopped, or raise the settle timeout".to_owned(),
            n => format!(
                "the service went away: {} could not connect; see its log, and run again once it stays up",
                words::count(n, "request")
            ),
        })
    } else {
        match tally.agreement() {
            Agreement::Exact => META.pass(subject, "counter and ledger agree exactly"),
            Agreement::WithinUnanswered => {
                let n = words::count(tally.extra(), "unanswered request");
                META.pass(
                    subject,
                    format!("counter and ledger agree; {n} counted too"),
                )
            }
            Agreement::Differs => META
                .fail(
                    subject,
                    tally.difference("response", "never reached the counter"),
                )
                .hint(advice(&tally, &all, case, others)),
        }
    };
    finding
        .expected(tally.expected_text("response"))
        .observed(format!(
            "{} ({})",
            tally.observed_text("response"),
            all.provenance()
        ))
}

/// The selector matches series, but none of this route.
fn absent(
    subject: &str,
    endpoint: &Endpoint<'_>,
    completed: u64,
    others: &BTreeMap<String, u64>,
) -> Finding {
    let summary = format!("no series has {}", endpoint.matchers());
    let finding = if completed == 0 {
        META.undecided(subject, format!("{summary}, and no response came"))
    } else {
        META.fail(subject, summary)
    };
    finding.observed("no series").hint(if others.is_empty() {
        "see whether the service counts this route at all, and under which label values".to_owned()
    } else {
        format!("other label values moved instead: {}", named(others))
    })
}

/// The status label, if none of the series has it: then the scenario names the wrong one.
fn unlabelled<'a>(label: Option<&'a str>, series: &[&Series]) -> Option<&'a str> {
    label.filter(|label| series.iter().all(|s| s.label(label).is_empty()))
}

fn no_status(subject: &str, label: &str, series: &[&Series]) -> Finding {
    let names: BTreeSet<&str> = series
        .iter()
        .flat_map(|s| s.labels.keys())
        .map(String::as_str)
        .filter(|name| *name != "__name__")
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    META.fail(subject, format!("no series has a label `{label}`"))
        .observed(format!("labels {}", names.join(", ")))
        .hint("name the counter's own status label in signals.requests.labels, or leave it out")
}

/// What to look at, by what is wrong.
fn advice(
    tally: &Tally,
    all: &Movement,
    case: &Case<'_>,
    others: &BTreeMap<String, u64>,
) -> String {
    if tally.missing() > 0 && all.may_have_lost(case.timeline.load_end) {
        "a process restarted or went away: what it counted after its last scrape is lost".to_owned()
    } else if tally.missing() > 0 && tally.extra() > 0 {
        "responses are counted under another status: count the status that is written to the wire"
            .to_owned()
    } else if tally.missing() > 0 && !tally.agrees_somewhere() && !others.is_empty() {
        // With a status that agrees the route is named rightly, and the others are probes and scrapes.
        let others = named(others);
        format!("other label values moved too, see whether they are this route: {others}")
    } else if !tally.unknown().is_empty() {
        let statuses = words::list(&tally.unknown());
        format!("the counter has no series with status {statuses}: see what it counts on that path")
    } else if tally.missing() > 0 {
        "look at where the counter is incremented on that path, and at what runs outside of it"
            .to_owned()
    } else {
        "look for other callers, retries on the way, or a selector that matches two scrape jobs"
            .to_owned()
    }
}

fn named(others: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = others
        .iter()
        .map(|(labels, n)| format!("`{labels}` by {}", words::grouped(*n)))
        .collect();
    words::list(&parts)
}

#[cfg(test)]
mod tests;
