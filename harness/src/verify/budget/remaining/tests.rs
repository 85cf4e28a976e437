use super::*;
use crate::ledger::OutcomeCounts;
use crate::model::{Answer, Millis, Status};
use crate::verify::fixture::{Fixture, series};
use crate::verify::fixtures::budget::{errors, slow};

const QUERY: &str = "slo:budget_left{slo=\"fixture\"}";

/// 10,000 responses of which 39 are bad: at 99 % that is 39 % of the budget.
fn run(slo: SloPlan) -> Fixture {
    let slo = SloPlan {
        remaining: Some(QUERY.into()),
        ..slo
    };
    Fixture::new()
        .completed("get", "warmup", 200, 2000, 3000)
        .completed("get", "outage", 200, 7961, 3000)
        .completed("get", "outage", 500, 39, 3000)
        .with(|f| f.plan.slos = vec![slo])
}

fn judged(fixture: Fixture, answer: Answer) -> Finding {
    fixture
        .answer(question(QUERY), answer)
        .judge(|case| Remaining.judge(case))
        .swap_remove(0)
}

fn left(share: f64) -> Answer {
    Answer::Value(Reading::Series(vec![series(&[], &[(55_000, share)])]))
}

#[test]
fn warm_up_counts_because_the_service_counts_it() {
    let finding = judged(run(errors(0.99)), left(0.61));
    assert_eq!(finding.status, Status::Pass);
    assert_eq!(finding.expected, "61.0 % ± 0.78 % left: 39 of 10,000 bad");
    assert_eq!(finding.observed, "61.0 % left");
}

#[test]
fn the_tolerance_is_what_the_edges_of_the_window_explain() {
    let at = |share| judged(run(errors(0.99)), left(share)).status;
    assert_eq!([at(0.6025), at(0.6175)], [Status::Pass, Status::Pass]);
    assert_eq!([at(0.6020), at(0.6180)], [Status::Fail, Status::Fail]);
}

#[test]
fn a_budget_that_misses_errors_fails_with_how_much() {
    let finding = judged(run(errors(0.99)), left(0.69));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(finding.summary, "the reported budget is 8.0 % too much");
}

#[test]
fn an_overspent_budget_is_negative() {
    let finding = judged(run(errors(0.999)), left(-2.9));
    assert_eq!(finding.status, Status::Pass);
    assert!(
        finding.expected.starts_with("-290.0 %"),
        "{}",
        finding.expected
    );
}

#[test]
fn earlier_traffic_makes_a_difference_undecidable() {
    let signal = Fixture::new().plan.signals.requests.unwrap();
    let with = |before: f64| {
        let labels = [
            ("route", "/v1/kv/{key}"),
            ("method", "GET"),
            ("status", "200"),
        ];
        let counter = series(&labels, &[(-1500, before), (51_000, before + 9961.0)]);
        let fixture = run(errors(0.99)).series(requests::count::question(&signal), vec![counter]);
        move |says| judged(fixture, left(says))
    };
    // 100 earlier requests were good or bad, but they cannot have been better than good.
    assert_eq!(with(100.0)(0.8).status, Status::Fail);
    assert_eq!(with(100.0)(0.1).status, Status::Inconclusive);
    let finding = with(10_000.0)(0.8);
    assert_eq!(finding.status, Status::Inconclusive);
    assert_eq!(
        finding.summary,
        "19.0 % too much, but the history holds 10,000 requests from before the run"
    );
}

#[test]
fn unanswered_requests_and_slow_ones_near_the_bound_give_a_range() {
    let timed_out = OutcomeCounts {
        timed_out: 20,
        ..OutcomeCounts::default()
    };
    let fixture = || run(errors(0.99)).unfinished("get", "outage", &timed_out);
    assert_eq!(judged(fixture(), left(0.61)).status, Status::Pass);
    assert_eq!(judged(fixture(), left(0.42)).status, Status::Pass);
    assert_eq!(judged(fixture(), left(0.39)).status, Status::Fail);

    let text = judged(fixture(), left(0.61)).expected;
    assert!(text.ends_with("39 to 59 of 10,000 to 10,020 bad"), "{text}");

    // 20 took 105 ms for the client: with a gap of 10 ms the server may have seen them within 100 ms.
    let near = || {
        let slo = slow(Millis(100), 0.99);
        run(slo).completed("get", "outage", 200, 20, 105_000)
    };
    assert_eq!(judged(near(), left(1.0)).status, Status::Pass);
    assert_eq!(judged(near(), left(0.8)).status, Status::Pass);
    assert_eq!(judged(near(), left(0.7)).status, Status::Fail);
}

#[test]
fn no_data_and_nan_fail_and_several_values_cannot_be_compared() {
    assert_eq!(
        judged(run(errors(0.99)), Answer::Empty).status,
        Status::Fail
    );
    let mut nan = series(&[], &[(55_000, 0.0)]);
    nan.points[0].value = None;
    let of = |all| judged(run(errors(0.99)), Answer::Value(Reading::Series(all))).status;
    assert_eq!(of(vec![nan.clone()]), Status::Fail);
    assert_eq!(of(vec![nan.clone(), nan]), Status::Inconclusive);
}

#[test]
fn no_response_leaves_nothing_to_compare() {
    let idle = run(errors(0.99)).with(|f| f.ledger = Fixture::new().ledger);
    assert_eq!(judged(idle, left(1.0)).status, Status::Inconclusive);
}

#[test]
fn waiting_that_the_service_does_not_time_is_named() {
    let stalled = run(slow(Millis(100), 0.99)).completed("get", "outage", 200, 159, 900_000);
    let finding = judged(stalled, left(1.0));
    assert_eq!(finding.status, Status::Fail);
    assert!(
        finding.hint.contains("a stall, a queue"),
        "{}",
        finding.hint
    );
}
