//! The objective is met, or missed, as the scenario says.

use super::events::{Events, cells, for_the_user};
use super::samples::shortage;
use super::unanswered::{lacked_value, unanswered};
use super::unexpected::{objectives_of, unexpected};
use crate::ledger::{Cell, Ledger};
use crate::model::{Finding, Hop, Question, Ratio, Status};
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, ObjectiveExpectation, Route, SloPlan};
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// `budget/objective`.
#[derive(Debug, Clone, Copy)]
pub struct Objective;

pub(super) const META: Meta = Meta {
    id: "budget/objective",
    hop: Hop::Budget,
    title: "each objective is met, or missed, as the scenario expects",
    failure: "under this load users get less than was promised, or a fault on purpose did not hurt as it should",
    needs_planned_load: true,
    builds_on: &["generator/conservation"],
};

impl Check for Objective {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let mut found: Vec<Finding> = case.plan.slos.iter().map(|slo| of_slo(case, slo)).collect();
        if found.is_empty() {
            found.push(META.skipped("objectives", "the scenario names no objective"));
        }
        let routes = case.plan.load.routes.iter();
        found.extend(routes.filter_map(|route| unjudged(case, route)));
        found
    }
}

/// Outcomes that the scenario does not expect and that no objective calls bad: else they would be passed over.
fn unjudged(case: &Case<'_>, route: &Route) -> Option<Finding> {
    let of_route = case.ledger.measured().filter(|c| c.route == route.id);
    let outcomes = Ledger::sum_outcomes(of_route);
    unexpected(case, route, outcomes.completed.clone()).or_else(|| {
        let judged = objectives_of(case.plan, route).next().is_some();
        (!judged).then(|| unanswered(case, route, &outcomes))?
    })
}

fn of_slo(case: &Case<'_>, slo: &SloPlan) -> Finding {
    let mut cells: Vec<&Cell> = cells(case.ledger, slo);
    cells.retain(|c| c.measured);
    let events = for_the_user(case.plan, slo, &cells);
    let target = slo.objective.target;
    let finding = judged(slo, &events);
    let finding = match finding.status {
        Status::Pass => shortage(&META, case.plan, slo, &events).unwrap_or(finding),
        _ => finding,
    };
    let lacked = case.plan.load.routes.iter().filter_map(|route| {
        let of_route = cells.iter().copied().filter(|c| c.route == route.id);
        lacked_value(case, route, &Ledger::sum_outcomes(of_route))
    });
    let mut told = vec![observed(&events)];
    told.extend(lacked);
    let promise = match slo.bad {
        BadEvents::Status { from, to } => format!("without a status {from} to {to}"),
        BadEvents::SlowerThan { bound } => format!("within {bound}"),
    };
    let wanted = match slo.expect {
        ObjectiveExpectation::Met => "at least",
        ObjectiveExpectation::Missed => "less than",
        ObjectiveExpectation::Any => "target",
    };
    finding
        .expected(format!("{wanted} {} {promise}", percent(target)))
        .observed(told.join("; "))
}

/// Good share from the most and from the least bad events: where both give the same answer it is certain.
fn judged(slo: &SloPlan, events: &Events) -> Finding {
    let name = slo.objective.name.as_str();
    // Compared as a share, because `good / total` and a target such as 0.9 are both the nearest floats to their value.
    let met_with = |bad: u64| {
        Ratio::of(events.total - bad, events.total).map(|good| good.0 >= slo.objective.target)
    };
    let (Some(surely), Some(perhaps)) = (met_with(events.bad_most), met_with(events.bad_least))
    else {
        return META
            .undecided(name, "no event in a measured phase")
            .hint("measure a phase in which a route of this objective is called");
    };
    if slo.expect == ObjectiveExpectation::Any {
        return META.skipped(
            name,
            "reported, not judged: the scenario expects nothing of it",
        );
    }
    if surely != perhaps {
        return META
            .undecided(
                name,
                "unfinished or late requests decide, and how slow they were is not known",
            )
            .hint("give the objective's latency bound and the request time-out some distance, and sloproof a core of its own");
    }
    let verb = if surely { "met" } else { "missed" };
    match (slo.expect, surely) {
        (ObjectiveExpectation::Met, true) | (ObjectiveExpectation::Missed, false) => {
            META.pass(name, format!("objective {verb}, as expected"))
        }
        (ObjectiveExpectation::Met, _) => META
            .fail(name, format!("objective {verb}"))
            .hint("see which phase and route the bad events fall in, and the failed samples' traces"),
        _ => META
            .fail(name, format!("objective {verb} although it must be missed"))
            .hint("the fault did not reach enough requests: see its share, its route and how long it lasts"),
    }
}

fn observed(events: &Events) -> String {
    let total = words::count(events.total, "arrival");
    let Some(good) = Ratio::of(events.total - events.bad_most, events.total) else {
        return total;
    };
    if events.bad_least == events.bad_most {
        let bad = words::grouped(events.bad_most);
        return format!("{} good: {bad} of {total} bad", percent(good.0));
    }
    let (least, most) = (
        words::grouped(events.bad_least),
        words::grouped(events.bad_most),
    );
    format!(
        "{} good or more: {least} to {most} of {total} bad",
        percent(good.0)
    )
}

/// `99.95 %`: near 1 the digits behind the point are what matters, so as many as there are, up to four.
fn percent(share: f64) -> String {
    // Rounded down: 99.99999 % good is not 100 %. The tiny addend undoes the float error of the multiplication.
    format!("{} %", (share * 1e6 + 1e-6).floor() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{KeptSample, OutcomeCounts};
    use crate::model::{Millis, Outcome, PhaseId, RouteId};
    use crate::scenario::plan::{Faults, RouteFault};
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::budget::{errors, lacking, slow};
    use ObjectiveExpectation::{Any, Met, Missed};

    fn judge(fixture: Fixture, slo: SloPlan, expect: ObjectiveExpectation) -> Finding {
        let slo = SloPlan { expect, ..slo };
        fixture
            .with(|f| f.plan.slos = vec![slo])
            .judge(|case| Objective.judge(case))
            .swap_remove(0)
    }

    /// 1,000 measured arrivals of which `bad` fail; the warm-up fails altogether and does not count.
    fn run(bad: u64) -> Fixture {
        Fixture::new()
            .completed("get", "warmup", 500, 100, 3000)
            .completed("get", "outage", 200, 1000 - bad, 3000)
            .completed("get", "outage", 500, bad, 3000)
    }

    #[test]
    fn exactly_the_budget_is_within_it() {
        assert_eq!(judge(run(1), errors(0.999), Met).status, Status::Pass);
        assert_eq!(judge(run(100), errors(0.9), Met).status, Status::Pass);
        let over = judge(run(2), errors(0.999), Met);
        assert_eq!(over.status, Status::Fail);
        assert_eq!(over.summary, "objective missed");
        assert_eq!(over.expected, "at least 99.9 % without a status 500 to 599");
        assert_eq!(over.observed, "99.8 % good: 2 of 1,000 arrivals bad");
    }

    #[test]
    fn a_status_that_nobody_expects_is_not_passed_over() {
        let of = |fixture: Fixture| fixture.judge(|case| Objective.judge(case));
        let refused = || run(0).completed("put", "outage", 403, 7, 3000);
        for slos in [vec![], vec![errors(0.999)]] {
            let findings = of(refused().with(|f| f.plan.slos = slos));
            assert_eq!(findings.len(), 2, "{findings:#?}");
            let finding = &findings[1];
            assert_eq!(
                (&finding.status, finding.subject.as_str()),
                (&Status::Fail, "put")
            );
            assert_eq!(finding.observed, "7 × 403");
        }
        // Bad events of an objective are that objective's, and what a fault injects is meant.
        assert_eq!(
            of(run(5).with(|f| f.plan.slos = vec![errors(0.9)])).len(),
            1
        );
        let meant = refused().with(|f| {
            let (route, method) = {
                let labels = &f.plan.load.routes[1].labels;
                (labels.route.clone(), labels.method.clone())
            };
            f.plan.load.phases[1].faults = Some(Faults {
                inner: vec![RouteFault {
                    route,
                    method: Some(method),
                    error_ratio: 0.1,
                    status: 403,
                    latency_ms: 0,
                }],
                outer: vec![],
                telemetry: None,
            });
        });
        assert_eq!(of(meant).len(), 1);
    }

    #[test]
    fn a_service_that_is_down_is_not_passed_over_without_an_objective() {
        let refused = OutcomeCounts {
            connect_failed: 12,
            ..OutcomeCounts::default()
        };
        let fixture = Fixture::new().unfinished("get", "outage", &refused);
        let findings = fixture.judge(|case| Objective.judge(case));
        assert_eq!(
            (&findings[1].status, findings[1].subject.as_str()),
            (&Status::Fail, "get")
        );
        assert_eq!(
            findings[1].observed,
            "0 timed out, 12 not connected, 0 broken"
        );
    }

    #[test]
    fn a_value_that_was_not_in_a_reply_is_told_with_its_name_and_step() {
        let told = "the value `id` was not in the reply of step get";
        let alone = lacking(32).judge(|case| Objective.judge(case));
        assert_eq!(
            (alone[1].status.clone(), alone[1].subject.as_str()),
            (Status::Fail, "put")
        );
        assert_eq!(
            alone[1].observed,
            format!("0 timed out, 0 not connected, 0 broken, 32 not sent: {told}")
        );
        let missed = judge(lacking(3000), errors(0.9), Met);
        assert_eq!(missed.status, Status::Fail);
        let observed = "67.0329 % good: 3,000 of 9,100 arrivals bad";
        assert_eq!(missed.observed, format!("{observed}; {told}"));
    }

    #[test]
    fn the_load_of_a_url_is_not_told_of_objectives_but_of_the_first_break() {
        let broken = OutcomeCounts {
            broken: 3,
            ..OutcomeCounts::default()
        };
        let why = "the server answers in TLS".to_owned();
        let fixture = Fixture::new()
            .unfinished("get", "outage", &broken)
            .with(|f| {
                f.plan.file = "http://127.0.0.1:8443/".into();
                f.ledger.failed = vec![KeptSample {
                    seq: 0,
                    route: RouteId::new("get").unwrap(),
                    phase: PhaseId::new("outage").unwrap(),
                    due_us: 0,
                    response_us: 0,
                    service_us: None,
                    outcome: Outcome::Broken { why },
                    trace_id: String::new(),
                }];
            });
        let finding = fixture.judge(|case| Objective.judge(case)).swap_remove(1);
        assert_eq!(finding.summary, "3 requests without an answer");
        assert_eq!(
            finding.observed,
            "0 timed out, 0 not connected, 3 broken; the first one broke: the server answers in TLS"
        );
        assert!(!finding.hint.contains("objective"), "{}", finding.hint);
    }

    #[test]
    fn a_scenario_that_must_hurt_fails_when_it_does_not() {
        assert_eq!(judge(run(15), errors(0.999), Missed).status, Status::Pass);
        let harmless = judge(run(0), errors(0.999), Missed);
        assert_eq!(harmless.status, Status::Fail);
        assert_eq!(harmless.summary, "objective met although it must be missed");
    }

    #[test]
    fn what_never_got_an_answer_is_bad_for_the_user() {
        let outcomes = OutcomeCounts {
            timed_out: 1,
            connect_failed: 1,
            broken: 1,
            not_sent: 1,
            ..OutcomeCounts::default()
        };
        let finding = judge(
            run(0).unfinished("get", "recovery", &outcomes),
            errors(0.999),
            Met,
        );
        assert_eq!(finding.status, Status::Fail);
        assert_eq!(finding.observed, "99.6015 % good: 4 of 1,004 arrivals bad");
    }

    #[test]
    fn a_latency_objective_is_judged_from_the_due_time() {
        let late = run(0).with(|f| {
            // Fast once sent, but sent late: as seen by the user, slow.
            let cell = f.cell("get", "outage");
            cell.response = crate::ledger::LatencyHistogram::default();
            for i in 0..1000 {
                cell.response.record(if i < 20 { 150_000 } else { 3000 });
            }
        });
        let finding = judge(late, slow(Millis(100), 0.99), Met);
        assert_eq!(finding.status, Status::Fail);
        assert_eq!(finding.expected, "at least 99 % within 100 ms");
        assert_eq!(finding.observed, "98 % good: 20 of 1,000 arrivals bad");
    }

    #[test]
    fn an_objective_without_expectation_is_reported_and_not_judged() {
        let finding = judge(run(500), errors(0.999), Any);
        assert_eq!(finding.status.word(), "skipped");
        assert_eq!(finding.observed, "50 % good: 500 of 1,000 arrivals bad");
    }

    #[test]
    fn no_event_proves_nothing() {
        assert_eq!(
            judge(Fixture::new(), errors(0.999), Met).status,
            Status::Inconclusive
        );
        let warmup = Fixture::new().completed("get", "warmup", 200, 100, 3000);
        assert_eq!(
            judge(warmup, errors(0.999), Missed).status,
            Status::Inconclusive
        );
    }

    #[test]
    fn undecidable_unfinished_requests_are_not_guessed() {
        let broken = OutcomeCounts {
            broken: 10,
            ..OutcomeCounts::default()
        };
        // 10 of 1,000 arrivals broke; 5 arrivals were slow, and whether those are among the 10 is not recorded.
        let fixture = Fixture::new()
            .completed("get", "outage", 200, 990, 3000)
            .unfinished("get", "outage", &broken)
            .with(|f| {
                for i in 0..10 {
                    f.cell("get", "outage")
                        .response
                        .record(if i < 5 { 200_000 } else { 1000 });
                }
            });
        let finding = judge(fixture, slow(Millis(100), 0.99), Met);
        assert_eq!(finding.status, Status::Inconclusive);
        assert_eq!(
            finding.observed,
            "98.5 % good or more: 10 to 15 of 1,000 arrivals bad"
        );
    }
}
