//! The findings of each sample.

use sloproof::model::{Finding, Hop, Status};

fn pass(check: &str, hop: Hop, subject: &str, summary: &str) -> Finding {
    Finding::new(check, hop, subject, Status::Pass, summary)
}

/// All that was looked at is as it must be.
pub(crate) fn truthful() -> Vec<Finding> {
    vec![
        pass(
            "generator/conservation",
            Hop::Load,
            "all routes",
            "17,000 arrivals, 17,000 outcomes",
        )
        .expected("one outcome per arrival"),
        pass(
            "generator/kept-up",
            Hop::Load,
            "whole run",
            "all arrivals were sent, p99 41 µs late",
        ),
        pass(
            "requests/count",
            Hop::Counters,
            "get status 200",
            "10,591 on both sides",
        ),
        pass(
            "requests/count",
            Hop::Counters,
            "get status 500",
            "609 on both sides",
        )
        .expected("609 responses")
        .observed("609")
        .evidence([7]),
        pass(
            "requests/count",
            Hop::Counters,
            "put status 200",
            "2,800 on both sides",
        ),
        pass(
            "latency/quantile",
            Hop::Latency,
            "get p95",
            "3.1 ms lies in the bucket up to 5 ms",
        ),
        pass(
            "latency/quantile",
            Hop::Latency,
            "put p95",
            "4.3 ms lies in the bucket up to 5 ms",
        ),
        pass("logs/count", Hop::Logs, "error lines", "609 on both sides").evidence([3]),
        pass(
            "rules/loaded",
            Hop::Rules,
            "alerts/kv.yaml",
            "6 of 6 rules are loaded as written",
        ),
        pass(
            "alerts/fires",
            Hop::Alerts,
            "KvAvailabilityFastBurn",
            "fired 6.4 s after the fault",
        )
        .expected("between 5.8 s and 7.3 s")
        .observed("6.4 s (polled every 100 ms)")
        .evidence([11]),
        pass(
            "alerts/quiet",
            Hop::Alerts,
            "all others",
            "no other alert fired",
        ),
        pass(
            "notifications/delivered",
            Hop::Notifications,
            "KvAvailabilityFastBurn",
            "11 ms after firing",
        ),
        Finding::new(
            "dashboards/data",
            Hop::Dashboards,
            "all panels",
            Status::Skipped {
                why: "the scenario names no dashboard".to_owned(),
            },
            "not looked at",
        ),
        pass(
            "budget/remaining",
            Hop::Budget,
            "kv-availability",
            "56.5 % on both sides",
        )
        .evidence([9]),
    ]
}

/// One failure in five never reaches the counter; the budget follows.
pub(crate) fn lying_counters() -> Vec<Finding> {
    let mut findings = truthful();
    let count = &mut findings[3];
    *count = Finding::new(
        "requests/count",
        Hop::Counters,
        "GET /v1/kv/{key} status 500",
        Status::Fail,
        "122 failures (20.0 %) never reached the counter; the 200s agree exactly",
    )
    .expected("609 responses with status 500")
    .observed(
        "487 by http_requests_total{route=\"/v1/kv/{key}\",status=\"500\"} from 08:12:31 to 08:13:52, \
         3 raw samples, no reset",
    )
    .hint("look at where the counter is incremented on the error path; the evidence has both scrapes")
    .evidence([7]);
    let mut budget = Finding::new(
        "budget/remaining",
        Hop::Budget,
        "kv-availability",
        Status::Fail,
        "reads 65.2 %, true 56.5 %",
    )
    .expected("56.5 % left (609 bad of 14,000)")
    .observed("65.2 % left")
    .hint("nothing to do here: correct the counters first")
    .evidence([9]);
    budget.follows_from = Some("requests/count".into());
    let last = findings.len() - 1;
    findings[last] = budget;
    findings.push(
        Finding::new(
            "logs/labels",
            Hop::Logs,
            "stream {app=\"kv\"}",
            Status::Fail,
            "the label `pod` has 41 values",
        )
        .expected("at most 20 values per label")
        .observed("41")
        .hint("drop the label in the collector")
        .warning(),
    );
    findings.sort_by_key(|f| match f.status {
        Status::Fail => 0,
        Status::Inconclusive => 1,
        _ => 2,
    });
    findings
}

/// The generator was behind: nothing about latency can be said.
pub(crate) fn stalled_generator() -> Vec<Finding> {
    let mut findings = truthful();
    findings[1] = Finding::new(
        "generator/kept-up",
        Hop::Load,
        "whole run",
        Status::Inconclusive,
        "no claim about latency or rates can be made from this run",
    )
    .expected("at least 99 % of 17,000 planned arrivals sent")
    .observed("71.0 % (12,070): 1.98 of 2 cores were busy, the longest pause was 1.2 s")
    .hint("lower the rate below 140/s, or give the generator a machine of its own");
    for index in [5, 6] {
        findings[index].status = Status::Inconclusive;
        "the generator's own lateness hides the service's".clone_into(&mut findings[index].summary);
        findings[index].follows_from = Some("generator/kept-up".into());
    }
    findings[7] = Finding::new(
        "logs/count",
        Hop::Logs,
        "error lines",
        Status::Inconclusive,
        "the lines of this run cannot be counted",
    )
    .expected("an answer from Loki after the last line was written")
    .observed("no answer: connection refused")
    .hint("look at the log of Loki in the run directory")
    .evidence([3]);
    findings.sort_by_key(|f| f.status != Status::Inconclusive);
    findings
}
