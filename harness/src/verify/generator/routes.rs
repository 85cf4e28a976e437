//! Every configured route was called.

use crate::ledger::{Cell, Ledger, OutcomeCounts};
use crate::model::{Finding, Hop, Question};
use crate::scenario::Plan;
use crate::scenario::plan::{ObjectiveExpectation, Route};
use crate::verify::budget::lacked_value;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// `generator/routes`.
#[derive(Debug, Clone, Copy)]
pub struct Routes;

const META: Meta = Meta {
    id: "generator/routes",
    hop: Hop::Load,
    title: "every configured route was called",
    failure: "a route without a request looks as healthy as one without an error",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

impl Check for Routes {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let routes = case.plan.load.routes.iter();
        routes.map(|route| of_route(case, route)).collect()
    }
}

fn of_route(case: &Case<'_>, route: &Route) -> Finding {
    let of = |cells: Vec<&Cell>| Ledger::sum_outcomes(cells);
    let all = of(case.ledger.route(&route.id).collect());
    let measured = case.ledger.route(&route.id).filter(|c| c.measured);
    let measured = of(measured.collect());
    let sent = |outcomes: &OutcomeCounts| outcomes.total() - outcomes.not_sent;
    // The name of an objective whose verdict rests on this very route.
    let gate = case
        .plan
        .slos
        .iter()
        .find(|slo| slo.expect != ObjectiveExpectation::Any && slo.routes.contains(&route.id));
    let observed = format!(
        "{} planned, {} sent, {} of them in measured phases",
        words::grouped(all.total()),
        words::grouped(sent(&all)),
        words::grouped(sent(&measured))
    );
    let missed = if all.total() == 0 {
        "never called: no arrival fell on it"
    } else if sent(&all) == 0 {
        "never called: none of its arrivals was sent"
    } else if gate.is_some() && sent(&measured) == 0 {
        "not called in any measured phase"
    } else {
        let n = words::count(sent(&all), "time");
        return META
            .pass(route.id.as_str(), format!("called {n}"))
            .observed(observed);
    };
    let finding = META
        .undecided(route.id.as_str(), missed)
        .expected(match gate {
            Some(slo) => format!("requests: objective {} judges it", slo.objective.name),
            // Nothing falls on a later step of a journey by itself.
            None if route.weight == 0 => "requests: a journey leads to it".to_owned(),
            None => format!("requests: it has weight {}", route.weight),
        })
        .observed(observed)
        .hint(match lacked_value(case, route, &all) {
            Some(lacked) => lacked,
            None if route.weight == 0 => "see at which step its journeys end, and why".to_owned(),
            None => "let the load last longer, raise the route's weight or the rate, or remove the route".to_owned(),
        });
    match gate {
        Some(_) => finding,
        None => finding.warning(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RouteId, Severity};
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::budget::{errors, lacking};

    fn about(fixture: &Fixture, route: &str) -> Finding {
        let findings = fixture.judge(|case| Routes.judge(case));
        findings.into_iter().find(|f| f.subject == route).unwrap()
    }

    fn gated(fixture: Fixture) -> Fixture {
        fixture.with(|f| {
            f.plan.slos = vec![errors(0.99)];
            f.plan.slos[0].routes = vec![RouteId::new("put").unwrap()];
        })
    }

    #[test]
    fn a_route_that_nothing_fell_on_warns_and_a_gated_one_takes_the_verdict() {
        let run = || Fixture::new().completed("get", "outage", 200, 500, 3000);
        assert_eq!(about(&run(), "get").status.word(), "pass");
        let put = about(&run(), "put");
        assert_eq!(
            (put.status.word(), put.severity),
            ("inconclusive", Severity::Warning)
        );
        let put = about(&gated(run()), "put");
        assert_eq!(
            (put.status.word(), put.severity),
            ("inconclusive", Severity::Error)
        );
        assert_eq!(
            put.expected,
            "requests: objective kv-availability judges it"
        );
    }

    #[test]
    fn a_step_that_no_journey_reached_is_told_as_such() {
        let fixture = Fixture::new().with(|f| f.plan.load.routes[1].weight = 0);
        let put = about(&fixture, "put");
        assert_eq!(put.expected, "requests: a journey leads to it");
        assert_eq!(put.hint, "see at which step its journeys end, and why");
    }

    #[test]
    fn a_step_that_always_lacked_a_value_is_told_which() {
        let fixture = lacking(3000).with(|f| f.cell("put", "outage").outcomes.completed.clear());
        let put = about(&fixture, "put");
        assert_eq!(put.summary, "never called: none of its arrivals was sent");
        assert_eq!(put.hint, "the value `id` was not in the reply of step get");
    }

    #[test]
    fn planned_and_never_sent_is_never_called() {
        let unsent = OutcomeCounts {
            not_sent: 30,
            ..OutcomeCounts::default()
        };
        let fixture = Fixture::new().unfinished("put", "outage", &unsent);
        let finding = about(&fixture, "put");
        assert_eq!(
            finding.observed,
            "30 planned, 0 sent, 0 of them in measured phases"
        );
        assert_eq!(finding.status.word(), "inconclusive");
    }

    #[test]
    fn a_gate_that_only_warm_up_reached_has_no_sample() {
        let fixture = Fixture::new().completed("put", "warmup", 204, 90, 3000);
        assert_eq!(about(&fixture, "put").status.word(), "pass");
        assert_eq!(about(&gated(fixture), "put").status.word(), "inconclusive");
    }
}
