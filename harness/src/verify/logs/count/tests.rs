use super::*;
use crate::ledger::OutcomeCounts;
use crate::model::{Answer, Reading, Status};
use crate::verify::fixture::{Fixture, series};

fn counted(method: &str, status: &str, lines: f64) -> Series {
    let labels = [
        ("route", "/v1/kv/{key}"),
        ("method", method),
        ("status", status),
    ];
    series(&labels, &[(55_000, lines)])
}

/// 400 × 200, 100 × 500 and 20 × 503 on `get`, 50 × 204 on `put`.
fn run() -> Fixture {
    Fixture::new()
        .completed("get", "outage", 200, 400, 3000)
        .completed("get", "outage", 500, 100, 3000)
        .completed("get", "outage", 503, 20, 3000)
        .completed("put", "outage", 204, 50, 3000)
}

fn judged(fixture: Fixture, answer: Answer) -> Vec<Finding> {
    let signal = fixture.plan.signals.error_logs.clone().unwrap();
    fixture
        .answer(question(&signal), answer)
        .judge(|case| Count.judge(case))
}

fn found(all: Vec<Series>) -> Answer {
    Answer::Value(Reading::Series(all))
}

#[test]
fn each_failure_has_its_line_and_a_quiet_route_has_none() {
    let all = vec![counted("GET", "500", 100.0), counted("GET", "503", 20.0)];
    let findings = judged(run(), found(all));
    assert_eq!(findings[0].status, Status::Pass);
    assert_eq!(findings[0].observed, "100 × 500, 20 × 503");
    assert_eq!(
        (findings[1].status.clone(), findings[1].observed.as_str()),
        (Status::Pass, "0 lines")
    );
}

#[test]
fn lost_lines_fail_with_their_share() {
    let findings = judged(run(), found(vec![counted("GET", "500", 75.0)]));
    assert_eq!(findings[0].status, Status::Fail);
    assert_eq!(
        findings[0].summary,
        "25 of 100 lines with status 500 (25.0 %) not found; 20 of 20 lines with status 503 (100.0 %) not found"
    );
}

#[test]
fn lines_without_failures_fail() {
    let all = vec![
        counted("GET", "500", 100.0),
        counted("GET", "503", 20.0),
        counted("PUT", "500", 3.0),
    ];
    let findings = judged(run(), found(all));
    assert_eq!(findings[1].summary, "3 lines with status 500 too many");
}

#[test]
fn no_line_at_all_is_zero_lines() {
    let findings = judged(run(), Answer::Empty);
    assert_eq!(findings[0].status, Status::Fail);
    assert_eq!(findings[0].observed, "0 lines");
    assert!(findings[0].hint.starts_with("the query matches no line"));
}

#[test]
fn a_query_that_never_matched_passes_only_with_a_remark() {
    let quiet = Fixture::new().completed("get", "outage", 200, 400, 3000);
    let finding = judged(quiet, Answer::Empty).swap_remove(0);
    assert_eq!(finding.status, Status::Pass);
    assert!(
        finding.observed.ends_with("so it is unproven"),
        "{}",
        finding.observed
    );
}

#[test]
fn lines_that_lost_their_labels_are_named() {
    let bare = series(&[("status", "500")], &[(55_000, 120.0)]);
    let finding = judged(run(), found(vec![bare])).swap_remove(0);
    assert_eq!(
        finding.hint,
        "120 lines carry other label values: `(no label) (no label)`"
    );
}

#[test]
fn late_lines_are_not_lost_lines() {
    let late = run().with(|f| f.timeline.unsettled.push("loki still counts up".into()));
    let finding = judged(late, found(vec![counted("GET", "500", 75.0)])).swap_remove(0);
    assert_eq!(finding.status, Status::Inconclusive);
    assert!(
        finding.hint.contains("loki still counts up"),
        "{}",
        finding.hint
    );
}

#[test]
fn waiting_longer_cannot_remove_lines() {
    let late = run().with(|f| f.timeline.unsettled.push("loki still counts up".into()));
    let all = vec![counted("GET", "500", 101.0), counted("GET", "503", 20.0)];
    assert_eq!(judged(late, found(all))[0].status, Status::Fail);
}

#[test]
fn a_request_that_timed_out_may_have_a_line() {
    let timed_out = OutcomeCounts {
        timed_out: 2,
        ..OutcomeCounts::default()
    };
    let with = |n| {
        let all = vec![
            counted("GET", "500", 100.0),
            counted("GET", "503", 20.0),
            counted("GET", "504", n),
        ];
        let fixture = run().unfinished("get", "outage", &timed_out);
        judged(fixture, found(all))[0].status.clone()
    };
    assert_eq!(
        [with(0.0), with(2.0), with(3.0)],
        [Status::Pass, Status::Pass, Status::Fail]
    );
}

#[test]
fn totals_are_compared_when_lines_carry_no_labels() {
    let fixture = run().with(|f| {
        let signal = f.plan.signals.error_logs.as_mut().unwrap();
        (signal.route_label, signal.method_label, signal.status_label) = (None, None, None);
    });
    let findings = judged(fixture, found(vec![series(&[], &[(55_000, 119.0)])]));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].subject, "all routes");
    assert_eq!(findings[0].summary, "1 of 120 lines (0.83 %) not found");
}

#[test]
fn a_status_label_that_no_line_has_is_named() {
    let mut fixture = run();
    let signal = fixture.plan.signals.error_logs.as_mut().unwrap();
    signal.status_label = Some("code".into());
    let all = found(vec![counted("GET", "500", 120.0)]);
    let findings = judged(fixture, all);
    assert_eq!(findings[0].status, Status::Fail);
    assert!(
        findings[0].hint.contains("no line has a label `code`"),
        "{}",
        findings[0].hint
    );
}
