use super::*;
use crate::ledger::OutcomeCounts;
use crate::model::{Answer, Status};
use crate::verify::fixture::{Fixture, series};

/// Samples before the load, in it and after it.
fn counter(method: &str, status: &str, samples: [f64; 3]) -> Series {
    let labels = [
        ("route", "/v1/kv/{key}"),
        ("method", method),
        ("status", status),
    ];
    let at = [-1500, 20_000, 51_000];
    series(
        &labels,
        &[
            (at[0], samples[0]),
            (at[1], samples[1]),
            (at[2], samples[2]),
        ],
    )
}

/// 480 × 200 and 120 × 500 on `get`; nothing on `put`.
fn run(all: Vec<Series>) -> Fixture {
    let fixture = Fixture::new()
        .completed("get", "warmup", 200, 80, 3000)
        .completed("get", "outage", 200, 400, 3000)
        .completed("get", "outage", 500, 120, 3000);
    let signal = fixture.plan.signals.requests.clone().unwrap();
    fixture.series(question(&signal), all)
}

fn first(fixture: &Fixture) -> Finding {
    fixture.judge(|case| Count.judge(case)).swap_remove(0)
}

fn truthful() -> Vec<Series> {
    vec![
        counter("GET", "200", [1000.0, 1300.0, 1480.0]),
        counter("GET", "404", [0.0; 3]),
        counter("GET", "500", [7.0, 100.0, 127.0]),
    ]
}

#[test]
fn traffic_of_earlier_runs_does_not_count() {
    let finding = first(&run(truthful()));
    assert_eq!(finding.status, Status::Pass);
    assert_eq!(finding.subject, "GET /v1/kv/{key}");
    assert_eq!(finding.expected, "480 × 200, 120 × 500");
    assert_eq!(
        finding.observed,
        "480 × 200, 120 × 500 (2 samples, no reset)"
    );
    assert_eq!((finding.hint.as_str(), finding.evidence), ("", vec![1]));
}

#[test]
fn errors_that_never_reach_the_counter_fail_with_their_share() {
    let mut lying = truthful();
    lying[2] = counter("GET", "500", [7.0, 80.0, 103.0]);
    let finding = first(&run(lying));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.summary,
        "24 of 120 responses with status 500 (20.0 %) never reached the counter; 200 agrees exactly"
    );
    assert!(
        finding.hint.contains("incremented on that path"),
        "{}",
        finding.hint
    );
}

#[test]
fn a_doubled_counter_fails() {
    let doubled = [truthful(), truthful()].concat();
    assert_eq!(
        first(&run(doubled)).summary,
        "480 responses with status 200 too many; 120 responses with status 500 too many"
    );
}

#[test]
fn a_killed_service_fails_and_the_restart_is_named() {
    let mut killed = truthful();
    killed[0] = counter("GET", "200", [1000.0, 1300.0, 150.0]);
    let finding = first(&run(killed));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.summary,
        "30 of 480 responses with status 200 (6.2 %) never reached the counter; 500 agrees exactly"
    );
    assert_eq!(
        finding.observed,
        "450 × 200, 120 × 500 (2 samples, 1 reset)"
    );
    assert!(
        finding.hint.starts_with("a process restarted"),
        "{}",
        finding.hint
    );
}

#[test]
fn an_instance_that_went_away_is_named_as_the_likely_reason() {
    let mut gone = counter("GET", "500", [0.0, 30.0, 30.0]);
    gone.labels.insert("instance".into(), "a".into());
    gone.points.pop();
    let stayed = [
        counter("GET", "200", [0.0, 100.0, 480.0]),
        counter("GET", "500", [0.0, 50.0, 85.0]),
    ];
    let finding = first(&run([stayed.into(), vec![gone]].concat()));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.observed,
        "480 × 200, 115 × 500 (2 samples, no reset)"
    );
    assert!(
        finding.hint.starts_with("a process restarted or went away"),
        "{}",
        finding.hint
    );
}

#[test]
fn a_status_first_seen_in_the_run_counts_from_zero() {
    let mut lazy = truthful();
    lazy[2] = series(
        &[
            ("route", "/v1/kv/{key}"),
            ("method", "GET"),
            ("status", "500"),
        ],
        &[(20_000, 90.0), (51_000, 120.0)],
    );
    let finding = first(&run(lazy));
    assert_eq!(finding.status, Status::Pass);
    assert!(
        finding
            .observed
            .ends_with("1 of 3 series born during the run)"),
        "{}",
        finding.observed
    );
}

#[test]
fn a_scrape_that_stopped_cannot_tell() {
    let stopped = truthful()
        .into_iter()
        .map(|mut s| {
            s.points.pop();
            s
        })
        .collect();
    let finding = first(&run(stopped));
    assert_eq!(finding.status, Status::Inconclusive);
    assert_eq!(
        finding.summary,
        "last sample is 30 s older than the last response"
    );
}

#[test]
fn unanswered_requests_may_or_may_not_be_counted() {
    let unanswered = OutcomeCounts {
        timed_out: 2,
        broken: 1,
        connect_failed: 5,
        ..OutcomeCounts::default()
    };
    let with = |last| {
        let mut all = truthful();
        all[0] = counter("GET", "200", [1000.0, 1300.0, last]);
        first(&run(all).unfinished("get", "outage", &unanswered))
    };
    assert_eq!(with(1480.0).status, Status::Pass);
    let some = with(1482.0);
    assert_eq!(
        some.summary,
        "counter and ledger agree; 2 unanswered requests counted too"
    );
    assert_eq!(some.expected, "480 × 200, 120 × 500, and 0 to 3 unanswered");
    assert_eq!(with(1484.0).status, Status::Fail);
    assert_eq!(with(1479.0).status, Status::Fail);
}

#[test]
fn totals_are_compared_when_there_is_no_status_label() {
    let fixture = run(truthful()).with(|f| {
        f.plan.signals.requests.as_mut().unwrap().status_label = None;
    });
    let finding = first(&fixture);
    assert_eq!(
        (finding.status, finding.expected.as_str()),
        (Status::Pass, "600 responses")
    );
}

#[test]
fn a_route_counted_under_raw_paths_is_found_by_its_other_names() {
    let raw = series(
        &[
            ("route", "/v1/kv/key-1?verbose=1"),
            ("method", "GET"),
            ("status", "200"),
        ],
        &[(-1500, 0.0), (51_000, 600.0)],
    );
    let finding = first(&run(vec![raw]));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.summary,
        "no series has {method=\"GET\",route=\"/v1/kv/{key}\"}"
    );
    assert_eq!(
        finding.hint,
        "other label values moved instead: `GET /v1/kv/key-1?verbose=1` by 600"
    );
}

#[test]
fn probes_are_not_blamed_for_a_loss_of_errors_only() {
    let named = |route: &str| {
        let labels = [("route", route), ("method", "GET"), ("status", "200")];
        series(&labels, &[(-1500, 0.0), (51_000, 170.0)])
    };
    let mut half = truthful();
    half[2] = counter("GET", "500", [0.0, 30.0, 60.0]);
    half.push(named("/metrics"));
    let finding = first(&run(half.clone()));
    assert!(
        finding.hint.starts_with("look at where"),
        "{}",
        finding.hint
    );
    half[0] = counter("GET", "200", [0.0, 200.0, 310.0]);
    half[3] = named("/v1/kv/key-1");
    let finding = first(&run(half));
    assert_eq!(
        finding.hint,
        "other label values moved too, see whether they are this route: `GET /v1/kv/key-1` by 170"
    );
}

#[test]
fn no_series_fails_once_there_were_responses_and_no_answer_never_does() {
    let asked = || question(&Fixture::new().plan.signals.requests.unwrap());
    let busy = || Fixture::new().completed("get", "outage", 200, 1, 3000);
    let empty = |fixture: Fixture| first(&fixture.answer(asked(), Answer::Empty)).status;
    assert_eq!(empty(busy()), Status::Fail);
    assert_eq!(empty(Fixture::new()), Status::Inconclusive);
    let down = first(&busy().unavailable(asked()));
    assert_eq!(down.status, Status::Inconclusive);
    assert_eq!(
        down.summary,
        "no answer from prometheus: connection refused"
    );
}

#[test]
fn a_route_without_arrivals_is_skipped() {
    let findings = run(truthful()).judge(|case| Count.judge(case));
    assert_eq!(findings[1].subject, "PUT /v1/kv/{key}");
    assert_eq!(findings[1].status.word(), "skipped");
}

#[test]
fn a_status_label_that_no_series_has_is_named() {
    let mut fixture = run(truthful());
    fixture.plan.signals.requests.as_mut().unwrap().status_label = Some("code".into());
    let finding = first(&fixture);
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(finding.summary, "no series has a label `code`");
    assert_eq!(finding.observed, "labels method, route, status");
    assert!(
        finding.hint.contains("signals.requests.labels"),
        "{}",
        finding.hint
    );
}

#[test]
fn a_service_that_went_away_is_named_and_not_the_scrape() {
    let stopped = truthful().into_iter().map(|mut s| {
        s.points.pop();
        s
    });
    let refused = OutcomeCounts {
        connect_failed: 9,
        ..OutcomeCounts::default()
    };
    let fixture = run(stopped.collect()).unfinished("get", "outage", &refused);
    let finding = first(&fixture);
    assert_eq!(finding.status, Status::Inconclusive);
    assert!(
        finding
            .hint
            .starts_with("the service went away: 9 requests could not connect"),
        "{}",
        finding.hint
    );
}
