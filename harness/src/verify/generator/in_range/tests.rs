use super::*;
use crate::ledger::OutcomeCounts;
use crate::model::Severity;
use crate::scenario::plan::{ObjectiveExpectation, SloPlan};
use crate::slo::Objective;
use crate::verify::fixture::Fixture;

/// Of a hundred requests, so many were given up after a time-out of 200 ms; the others took 3 ms.
fn run(given_up: u64) -> Fixture {
    let outcomes = OutcomeCounts {
        timed_out: given_up,
        ..OutcomeCounts::default()
    };
    Fixture::new()
        .completed("get", "outage", 200, 100 - given_up, 3000)
        .unfinished("get", "outage", &outcomes)
        .with(|f| {
            f.plan.signals.latency = None;
            let cell = f.cell("get", "outage");
            for _ in 0..given_up {
                cell.response.record(200_000);
                cell.censored.record(200_000);
            }
        })
}

fn objective(target: f64, bound: u64) -> SloPlan {
    SloPlan {
        file: "slo/fixture.yaml".into(),
        objective: Objective {
            name: "fast".into(),
            description: String::new(),
            target,
            period: Millis(60_000),
            queries: vec![],
        },
        bad: BadEvents::SlowerThan {
            bound: Millis(bound),
        },
        routes: vec![],
        remaining: None,
        expect: ObjectiveExpectation::Any,
    }
}

fn about(fixture: &Fixture, subject: &str) -> Finding {
    let findings = fixture.judge(|case| InRange.judge(case));
    findings.into_iter().find(|f| f.subject == subject).unwrap()
}

#[test]
fn the_usual_percentile_among_time_outs_warns() {
    assert_eq!(about(&run(0), "get").status, Status::Pass);
    assert_eq!(about(&run(5), "get").status, Status::Pass);
    let finding = about(&run(6), "get");
    assert_eq!(
        (&finding.status, finding.severity),
        (&Status::Inconclusive, Severity::Warning)
    );
    assert!(
        finding.summary.starts_with("p95 lies among requests"),
        "{}",
        finding.summary
    );
    assert_eq!(
        finding.observed,
        "6 of 100 requests given up, from 199.9 ms on"
    );
}

#[test]
fn an_objective_above_the_time_out_cannot_be_judged() {
    let with = |target, bound| {
        let mut fixture = run(6);
        fixture.plan.slos = vec![objective(target, bound)];
        let finding = about(&fixture, "get");
        (finding.status.word(), finding.severity)
    };
    // Given up before the bound: the answer might have come in time.
    assert_eq!(with(0.99, 250), ("inconclusive", Severity::Error));
    // Given up after it: surely too late.
    assert_eq!(with(0.99, 150), ("inconclusive", Severity::Warning));
    assert_eq!(with(0.99, 200), ("inconclusive", Severity::Warning));
    assert_eq!(with(0.90, 250).0, "pass");
}

#[test]
fn only_the_objectives_of_a_route_judge_it() {
    let mut fixture = run(6);
    fixture.plan.slos = vec![SloPlan {
        routes: vec![RouteId::new("put").unwrap()],
        ..objective(0.99, 250)
    }];
    assert_eq!(about(&fixture, "get").severity, Severity::Warning);
    assert_eq!(about(&fixture, "put").status.word(), "skipped");
}

#[test]
fn values_beyond_the_range_are_told() {
    let fixture = run(0).with(|f| f.cell("get", "outage").response.record(u64::MAX));
    let finding = about(&fixture, "range");
    assert_eq!(
        (finding.status.word(), finding.observed.as_str()),
        ("inconclusive", "1 value")
    );
    assert_eq!(about(&run(0), "range").status, Status::Pass);
    assert_eq!(about(&Fixture::new(), "range").status.word(), "skipped");
}
