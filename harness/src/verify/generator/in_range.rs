//! What is said about latencies is known in full, and not only from below.

use crate::ledger::{Cell, LatencyHistogram, Ledger};
use crate::model::{Finding, Hop, Millis, Question, RouteId, Status};
use crate::scenario::Plan;
use crate::scenario::plan::BadEvents;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// The percentile that is looked at where the scenario judges none.
const USUAL: f64 = 0.95;

/// `generator/in-range`.
#[derive(Debug, Clone, Copy)]
pub struct InRange;

const META: Meta = Meta {
    id: "generator/in-range",
    hop: Hop::Load,
    title: "no percentile that is judged lies among requests that were given up, or beyond what is recorded",
    failure: "a percentile is known only to be at least what was recorded",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

impl Check for InRange {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let routes = case.plan.load.routes.iter();
        routes
            .map(|route| of_route(case, &route.id))
            .chain([range(case.ledger)])
            .collect()
    }
}

/// A percentile on which something depends.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Judged {
    quantile: f64,
    /// The objective's bound on it.
    bound: Option<Millis>,
}

/// The percentiles of a route that the scenario judges.
fn judged(plan: &Plan, route: &RouteId) -> Vec<Judged> {
    let objectives = plan
        .slos
        .iter()
        .filter(|slo| slo.judges(route))
        .filter_map(|slo| match slo.bad {
            BadEvents::SlowerThan { bound } => Some(Judged {
                quantile: slo.objective.target,
                bound: Some(bound),
            }),
            BadEvents::Status { .. } => None,
        });
    let compared = plan.signals.latency.iter().map(|signal| Judged {
        quantile: signal.quantile,
        bound: None,
    });
    let mut all: Vec<Judged> = objectives.chain(compared).collect();
    if all.is_empty() {
        all.push(Judged {
            quantile: USUAL,
            bound: None,
        });
    }
    all
}

fn of_route(case: &Case<'_>, route: &RouteId) -> Finding {
    let cells = || case.ledger.route(route).filter(|cell| cell.measured);
    let response = Ledger::merge_histograms(cells(), |cell| &cell.response);
    let given_up = Ledger::merge_histograms(cells(), |cell| &cell.censored);
    let subject = route.as_str();
    if response.is_empty() {
        return META.skipped(subject, "nothing was sent in a measured phase");
    }
    let judged = judged(case.plan, route);
    let Some(earliest) = given_up.min() else {
        return META
            .pass(subject, "no request was given up")
            .expected(expected(&judged))
            .observed(format!(
                "none of {}",
                words::count(response.count(), "request")
            ));
    };
    let among = |one: &&Judged| {
        response
            .quantile(one.quantile)
            .is_some_and(|us| us >= earliest)
    };
    // The histogram tells the earliest up to 0.1 % too early.
    let surely = earliest + earliest / 500;
    let undecidable =
        |one: &&Judged| among(one) && one.bound.is_some_and(|bound| surely < bound.0 * 1000);
    let spoilt = judged.iter().find(undecidable);
    let finding = match spoilt.or_else(|| judged.iter().find(among)) {
        Some(one) => of_percentile(subject, *one, &response),
        None => META.pass(
            subject,
            "the judged percentiles are below what was given up",
        ),
    };
    // Where a bound is above the time-out, nobody knows whether it was kept; else what is known suffices.
    let finding = match finding.status {
        Status::Inconclusive if spoilt.is_none() => finding.warning(),
        _ => finding,
    };
    finding.expected(expected(&judged)).observed(format!(
        "{} of {} given up, from {} on",
        words::grouped(given_up.count()),
        words::count(response.count(), "request"),
        words::micros(earliest)
    ))
}

fn of_percentile(subject: &str, one: Judged, response: &LatencyHistogram) -> Finding {
    let name = name(one.quantile);
    let least = words::micros(response.quantile(one.quantile).unwrap_or(0));
    META.undecided(
        subject,
        format!("{name} lies among requests that were given up: it is {least} or more"),
    )
    .hint(match one.bound {
        Some(bound) => {
            format!("raise the time-out above the objective's {bound}, and see why no answer comes")
        }
        None => {
            "see why no answer comes, or raise the time-out to learn how long it takes".to_owned()
        }
    })
}

fn expected(judged: &[Judged]) -> String {
    let names: Vec<String> = judged.iter().map(|one| name(one.quantile)).collect();
    format!("{} below the first that was given up", words::list(&names))
}

/// Values beyond the histograms' end.
fn range(ledger: &Ledger) -> Finding {
    let picks: [fn(&Cell) -> &LatencyHistogram; 3] = [
        |cell| &cell.response,
        |cell| &cell.service,
        |cell| &cell.delay,
    ];
    let merged = picks.map(|pick| Ledger::merge_histograms(ledger.measured(), pick));
    if merged.iter().all(LatencyHistogram::is_empty) {
        return META.skipped("range", "nothing was sent in a measured phase");
    }
    let beyond: u64 = merged.iter().map(LatencyHistogram::saturated).sum();
    let finding = if beyond > 0 {
        META.undecided("range", "latencies were longer than what is recorded")
            .hint("read the largest as `an hour or more`; a time-out below an hour keeps them out")
            .warning()
    } else {
        META.pass("range", "every latency fits the range")
    };
    finding
        .expected("no value of an hour or more")
        .observed(words::count(beyond, "value"))
}

/// `p95`, `p99.9`.
fn name(quantile: f64) -> String {
    // Rounded to what a float can hold, so that 0.999 does not become 99.9000001.
    format!("p{}", (quantile * 1e8).round() / 1e6)
}

#[cfg(test)]
mod tests;
