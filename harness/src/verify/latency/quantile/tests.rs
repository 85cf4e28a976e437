use super::*;
use crate::model::{Answer, Reading, Status};
use crate::verify::fixture::{Fixture, series};

/// Bucket series of `GET` from counts per bound; scraped before the load and after it.
fn histogram(counts: &[(&str, f64)]) -> Vec<Series> {
    counts
        .iter()
        .map(|(le, n)| {
            let labels = [("route", "/v1/kv/{key}"), ("method", "GET"), ("le", *le)];
            series(&labels, &[(-1500, 10.0), (51_000, 10.0 + n)])
        })
        .collect()
}

/// 900 requests at 3 ms and 100 at `slow_us`, so that p95 is `slow_us`.
/// The ledger's histogram reads it up to 0.1 % high.
fn run(slow_us: u64) -> Fixture {
    Fixture::new()
        .completed("get", "warmup", 200, 900, 3000)
        .completed("get", "outage", 200, 100, slow_us)
}

fn judged(fixture: Fixture, answer: Answer) -> Finding {
    let signal = fixture.plan.signals.latency.clone().unwrap();
    fixture
        .answer(question(&signal), answer)
        .judge(|case| Quantile.judge(case))
        .swap_remove(0)
}

fn found(counts: &[(&str, f64)]) -> Answer {
    Answer::Value(Reading::Series(histogram(counts)))
}

const TRUE: [(&str, f64); 5] = [
    ("0.005", 900.0),
    ("0.05", 900.0),
    ("0.1", 1000.0),
    ("1", 1000.0),
    ("+Inf", 1000.0),
];

#[test]
fn the_same_bucket_passes() {
    let finding = judged(run(80_000), found(&TRUE));
    assert_eq!(finding.status, Status::Pass);
    assert_eq!(finding.subject, "GET /v1/kv/{key} p95");
    assert_eq!(finding.expected, "80.1 ms over 1,000 responses");
    assert_eq!(finding.observed, "(50 ms, 100 ms] over 1,000 requests");
}

#[test]
fn a_client_may_wait_longer_by_the_allowed_gap_and_not_more() {
    assert_eq!(judged(run(109_000), found(&TRUE)).status, Status::Pass);
    let finding = judged(run(112_000), found(&TRUE));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.summary,
        "the service claims (50 ms, 100 ms], clients waited longer"
    );
}

#[test]
fn a_server_cannot_be_slower_than_its_clients_saw_it() {
    let finding = judged(run(49_000), found(&TRUE));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.summary,
        "the service claims (50 ms, 100 ms], clients never waited that long"
    );
}

#[test]
fn milliseconds_in_a_histogram_of_seconds_fail() {
    // 80 ms observed as 80: beyond the last bound.
    let wrong = [
        ("0.005", 0.0),
        ("2.5", 0.0),
        ("5", 900.0),
        ("10", 900.0),
        ("+Inf", 1000.0),
    ];
    let finding = judged(run(80_000), found(&wrong));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(finding.observed, "above 10 s over 1,000 requests");
}

#[test]
fn a_histogram_that_ends_too_early_cannot_tell() {
    let coarse = [("0.005", 900.0), ("0.05", 900.0), ("+Inf", 1000.0)];
    let finding = judged(run(80_000), found(&coarse));
    assert_eq!(finding.status, Status::Inconclusive);
    assert_eq!(
        finding.summary,
        "the quantile lies above 50 ms, the highest bound"
    );
}

#[test]
fn a_histogram_that_reads_nan_fails() {
    for counts in [&TRUE[..4], &TRUE[4..], &[("0.1", 0.0), ("+Inf", 0.0)]] {
        assert_eq!(judged(run(80_000), found(counts)).status, Status::Fail);
    }
}

#[test]
fn a_selector_that_chooses_one_bucket_is_told_from_a_histogram_that_is_never_observed() {
    let hint = |counts| judged(run(80_000), found(counts)).hint;
    assert!(hint(&TRUE[..1]).contains("select all buckets"));
    assert!(hint(&[("0.1", 0.0), ("+Inf", 0.0)]).contains("observed for every response"));
}

#[test]
fn two_instances_with_other_spellings_of_a_bound_add_up() {
    let half: Vec<(&str, f64)> = TRUE.iter().map(|(le, n)| (*le, n / 2.0)).collect();
    let mut all = histogram(&half);
    all.extend(histogram(&half).into_iter().map(|mut s| {
        s.labels.insert("instance".into(), "b".into());
        if s.label("le") == "1" {
            s.labels.insert("le".into(), "1.0".into());
        }
        s
    }));
    let finding = judged(run(80_000), Answer::Value(Reading::Series(all)));
    assert_eq!(
        (finding.status, finding.observed.as_str()),
        (Status::Pass, "(50 ms, 100 ms] over 1,000 requests")
    );
}

#[test]
fn requests_without_an_answer_widen_what_the_quantile_can_be() {
    // 60 of 1,060 unanswered: more than the 5 % above the quantile, so it has no upper end.
    let timed_out = OutcomeCounts {
        timed_out: 60,
        ..OutcomeCounts::default()
    };
    let beyond = [
        ("0.05", 900.0),
        ("0.1", 1000.0),
        ("2.5", 1060.0),
        ("+Inf", 1060.0),
    ];
    let fixture = run(80_000).unfinished("get", "outage", &timed_out);
    let finding = judged(fixture, found(&beyond));
    assert_eq!(finding.status, Status::Pass);
    assert_eq!(finding.expected, "80.1 ms or more over 1,000 responses");
}

#[test]
fn a_gap_is_told_part_by_part_with_numbers() {
    let slow = run(190_000).with(|f| {
        f.ledger.generator.connections = Some(20);
        f.ledger.generator.longest_pause_ms = Some(7);
    });
    let finding = judged(slow, found(&TRUE));
    assert_eq!(finding.status, Status::Fail);
    assert_eq!(
        finding.hint,
        "at least 90.1 ms more than the bucket's bound, and 10 ms is allowed; the bucket's width hides up to 50.0 ms \
         more; connecting is in 2.0 % of the requests at most; the client stood still for 7 ms at most; leaving late \
         (p95 50 µs) is not in it; the rest is spent where the histogram does not look: outer middleware, queue, proxy, \
         network"
    );
    // What was not measured is not told.
    let hint = judged(run(190_000), found(&TRUE)).hint;
    assert!(!hint.contains("connecting") && !hint.contains("stood still"));
}

#[test]
fn too_few_samples_warn_with_the_number_and_the_time_needed() {
    let few = Fixture::new().completed("get", "outage", 200, 199, 3000);
    let finding = judged(few, found(&TRUE));
    assert_eq!(
        (finding.status.word(), finding.severity),
        ("inconclusive", crate::model::Severity::Warning)
    );
    assert_eq!(finding.summary, "199 responses; this quantile needs 200");
    assert!(finding.hint.starts_with("load for 51 s at this rate"));

    let none = crate::ledger::OutcomeCounts {
        timed_out: 40,
        ..Default::default()
    };
    let unanswered = Fixture::new().unfinished("get", "outage", &none);
    let finding = judged(unanswered, found(&TRUE));
    assert_eq!(
        (finding.status.word(), finding.severity),
        ("inconclusive", crate::model::Severity::Error),
        "no sample at all is no agreement"
    );
}

#[test]
fn a_scrape_that_stopped_cannot_tell_and_no_series_fails() {
    let stopped = histogram(&TRUE)
        .into_iter()
        .map(|mut s| {
            s.points.pop();
            s
        })
        .collect();
    let finding = judged(run(80_000), Answer::Value(Reading::Series(stopped)));
    assert_eq!(finding.status, Status::Inconclusive);
    assert_eq!(judged(run(80_000), Answer::Empty).status, Status::Fail);
}

#[test]
fn percentiles_read_as_people_write_them() {
    assert_eq!([0.5, 0.95, 0.999].map(percentile), ["50", "95", "99.9"]);
}
