//! Nobody else called the service while the load ran.

use std::collections::BTreeMap;

use super::count::{moved, question};
use crate::ledger::Ledger;
use crate::model::{Evidence, Finding, Hop, Question, Series};
use crate::scenario::Plan;
use crate::scenario::plan::RequestSignal;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::endpoint::{endpoints, strangers};
use crate::verify::words;

/// `requests/elsewhere`.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere;

const META: Meta = Meta {
    id: "requests/elsewhere",
    hop: Hop::Counters,
    title: "the service counted no request on a route that the scenario does not call",
    failure: "somebody else loads the service too: what it does under this load it does under more than this load",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

const SUBJECT: &str = "other routes";

impl Check for Elsewhere {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        plan.signals.requests.iter().map(question).collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let Some(signal) = &case.plan.signals.requests else {
            return vec![META.skipped(SUBJECT, "the scenario names no request counter")];
        };
        if signal.route_label.is_none() && signal.method_label.is_none() {
            let why = "the request counter tells no routes apart";
            return vec![META.skipped(SUBJECT, why)];
        }
        let finding = match META.series(case, &question(signal), SUBJECT, "prometheus") {
            Ok((evidence, series)) => of_series(case, signal, evidence, series),
            Err(finding) => *finding,
        };
        // On the routes of the scenario every count is judged exactly; beside them it is a reason to look, no proof.
        vec![match finding.status.word() {
            "inconclusive" => finding.warning(),
            _ => finding,
        }]
    }
}

fn of_series(
    case: &Case<'_>,
    signal: &RequestSignal,
    evidence: &Evidence,
    series: &[Series],
) -> Finding {
    let known = endpoints(
        case.plan,
        signal.route_label.as_deref(),
        signal.method_label.as_deref(),
    );
    let others = strangers(&known, series, |s| moved(case, s));
    let sent = Ledger::sum_outcomes(&case.ledger.cells);
    let sent = sent.total() - sent.not_sent;
    let finding = if series.is_empty() || sent == 0 {
        META.undecided(
            SUBJECT,
            "the service counted nothing, so nothing can be told apart",
        )
        .hint("see what requests/count says of the selector")
    } else if others.is_empty() {
        META.pass(SUBJECT, "no other route was called")
    } else {
        META.undecided(
            SUBJECT,
            format!(
                "{} on {} that the scenario does not call",
                words::count(others.values().sum(), "request"),
                words::count(others.len() as u64, "route")
            ),
        )
        .hint("look for probes, other clients and other load tests, or for a route label that holds raw paths")
    };
    finding
        .expected(format!(
            "none beside the {} of this run",
            words::count(sent, "request")
        ))
        .observed(named(&others))
        .evidence([evidence.id])
}

fn named(others: &BTreeMap<String, u64>) -> String {
    if others.is_empty() {
        return "none".to_owned();
    }
    let parts: Vec<String> = others
        .iter()
        .map(|(labels, n)| format!("{} on {labels}", words::grouped(*n)))
        .collect();
    words::list(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::verify::fixture::{Fixture, series};

    fn run(other: f64) -> Fixture {
        let fixture = Fixture::new().completed("get", "outage", 200, 500, 3000);
        let counter = |route: &str, n: f64| {
            let labels = [("route", route), ("method", "GET"), ("status", "200")];
            series(&labels, &[(-1200, 7.0), (50_500, 7.0 + n)])
        };
        let signal = fixture.plan.signals.requests.clone().unwrap();
        fixture.series(
            question(&signal),
            vec![counter("/v1/kv/{key}", 500.0), counter("/v2/other", other)],
        )
    }

    #[test]
    fn what_moved_on_a_route_of_others_is_a_warning_with_its_count() {
        let finding = run(12.0).judge(|case| Elsewhere.judge(case)).remove(0);
        assert_eq!(
            (finding.status.word(), finding.severity),
            ("inconclusive", Severity::Warning)
        );
        assert_eq!(finding.observed, "12 on GET /v2/other");
        let quiet = run(0.0).judge(|case| Elsewhere.judge(case)).remove(0);
        assert_eq!(
            (quiet.status.word(), quiet.observed.as_str()),
            ("pass", "none")
        );
    }

    #[test]
    fn a_counter_without_routes_tells_nothing_about_them() {
        let fixture = run(12.0).with(|f| {
            let signal = f.plan.signals.requests.as_mut().unwrap();
            (signal.route_label, signal.method_label) = (None, None);
        });
        let finding = fixture.judge(|case| Elsewhere.judge(case)).remove(0);
        assert_eq!(finding.status.word(), "skipped");
    }
}
