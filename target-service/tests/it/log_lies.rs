//! Request lines that lie, beside answers and metrics that do not; and that the lie ends with the reset.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::{ENTRY, Scrape, Target};

/// The lines of `n` reads under one lie about all of them.
async fn lines_under(target: &Target, lie: Value, n: usize) -> Vec<String> {
    let rule = json!({"lie": lie, "ratio": 1, "method": "GET"});
    target
        .set_faults(json!({"telemetry": {"logs": [rule]}}))
        .await;
    let before = target.log_text().lines().count();
    target.read_known_key(n).await;
    let log = target.log_text();
    // The first is the write of the known key, which the rule does not meet.
    log.lines().skip(before + 1).map(str::to_owned).collect()
}

fn active(scrape: &Scrape, fault: &str) -> Option<f64> {
    scrape.value("target_fault_active", &[("fault", fault)])
}

/// That the fault is told, that metrics and answers stay true, and that the reset ends it.
async fn assert_confined_and_gone_after_reset(target: &Target, fault: &str, requests: f64) {
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, fault), Some(1.0), "{fault}");
    assert_eq!(scrape.sum("http_requests_total", &[]), requests);
    target.faults("DELETE", "").await;
    assert_eq!(active(&target.scrape().await, fault), Some(0.0), "{fault}");
    let before = target.log_text().lines().count();
    assert_eq!(target.read_known_key(2).await, [200; 2]);
    let log = target.log_text();
    let after: Vec<&str> = log.lines().skip(before).collect();
    assert_eq!(after.len(), 3, "{fault}");
    for line in after {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["level"], "info", "{fault}");
        assert!(line["status"].is_u64(), "{fault}");
    }
}

#[tokio::test]
async fn a_dropped_line_is_not_written() {
    let target = Target::new();
    let lines = lines_under(&target, json!("dropped"), 3).await;
    assert!(lines.is_empty(), "{lines:?}");
    assert_confined_and_gone_after_reset(&target, "log_dropped", 4.0).await;
}

#[tokio::test]
async fn a_duplicated_line_is_written_twice() {
    let target = Target::new();
    let lines = lines_under(&target, json!("duplicated"), 2).await;
    assert_eq!(lines.len(), 4);
    assert_eq!((&lines[0], &lines[2]), (&lines[1], &lines[3]));
    assert_ne!(lines[0], lines[2]);
    assert_confined_and_gone_after_reset(&target, "log_duplicated", 3.0).await;
}

#[tokio::test(start_paused = true)]
async fn a_delayed_line_comes_later() {
    let target = Target::new();
    let lines = lines_under(&target, json!({"delayed": {"ms": 5000}}), 1).await;
    assert!(lines.is_empty(), "{lines:?}");
    tokio::time::sleep(Duration::from_millis(4990)).await;
    assert_eq!(target.log().len(), 1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(target.log()[1]["method"], "GET");
    assert_confined_and_gone_after_reset(&target, "log_delayed", 2.0).await;
}

#[tokio::test]
async fn a_prefixed_line_is_no_json() {
    let target = Target::new();
    let lines = lines_under(&target, json!({"prefixed": {}}), 1).await;
    assert!(
        lines[0].starts_with("2026-01-12 12:00:00 {\"ts\":"),
        "{}",
        lines[0]
    );
    assert!(serde_json::from_str::<Value>(&lines[0]).is_err());
    let lines = lines_under(&target, json!({"prefixed": {"prefix": "<14>"}}), 1).await;
    assert!(lines[0].starts_with("<14>{"), "{}", lines[0]);
    assert_confined_and_gone_after_reset(&target, "log_prefixed", 4.0).await;
}

#[tokio::test]
async fn a_line_claims_a_wrong_level() {
    let target = Target::new();
    let lines = lines_under(&target, json!({"wrong_level": {"level": "error"}}), 1).await;
    let line: Value = serde_json::from_str(&lines[0]).expect("JSON");
    assert_eq!(
        (&line["level"], &line["status"]),
        (&json!("error"), &json!(200))
    );
    assert_confined_and_gone_after_reset(&target, "log_wrong_level", 2.0).await;
}

#[tokio::test]
async fn a_line_lacks_the_field_that_a_rule_needs() {
    let target = Target::new();
    for (lie, field) in [
        (json!({"field_missing": {}}), "status"),
        (json!({"field_missing": {"field": "route"}}), "route"),
        (json!({"field_missing": {"field": "level"}}), "level"),
    ] {
        let lines = lines_under(&target, lie, 1).await;
        let line: Value = serde_json::from_str(&lines[0]).expect("JSON");
        assert!(line.get(field).is_none(), "{field}: {line}");
        assert_eq!(
            line.as_object().map(serde_json::Map::len),
            Some(14),
            "{line}"
        );
    }
    assert_confined_and_gone_after_reset(&target, "log_field_missing", 6.0).await;
}

#[tokio::test]
async fn a_lie_keeps_to_its_route_its_status_and_its_share() {
    let target = Target::new();
    target
        .set_faults(json!({"telemetry": {"logs": [
            {"lie": "dropped", "ratio": 1, "route": ENTRY, "status": "4xx"},
            {"lie": "duplicated", "ratio": 0.2, "status": 200},
        ]}}))
        .await;
    target.get("/v1/kv/unknown").await;
    target.get("/nope").await;
    assert_eq!(target.log().len(), 1, "only the unmatched one is written");
    target.read_known_key(500).await;
    let twice = target.log().len() as f64 - 502.0;
    // Six standard deviations of a binomial share: 6 * sqrt(0.2 * 0.8 * 500) = 54.
    assert!((twice - 100.0).abs() < 54.0, "{twice}");
}

#[tokio::test]
async fn events_never_lie() {
    let target = Target::new();
    target
        .set_faults(json!({"telemetry": {"logs": [{"lie": "dropped", "ratio": 1}]}}))
        .await;
    let logger = &target.telemetry.logger;
    logger.log(target_service::telemetry::Level::Info, "event", json!({}));
    assert_eq!(target.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lie_has_a_course_in_time() {
    let target = Target::new();
    let course = json!({"after_ms": 1000, "duration_ms": 1000});
    target
        .set_faults(json!({"telemetry": {"logs": [
            {"lie": "dropped", "ratio": 1, "course": course},
        ]}}))
        .await;
    let mut written = Vec::new();
    for _ in 0..3 {
        let before = target.log().len();
        let fault = active(&target.scrape().await, "log_dropped");
        target.get("/nope").await;
        written.push((fault, target.log().len() - before));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(written, [(Some(0.0), 1), (Some(1.0), 0), (Some(0.0), 1)]);
}

#[tokio::test]
async fn every_mistake_of_a_lie_is_told() {
    let target = Target::new();
    let rules = json!({"telemetry": {"logs": [
        {"lie": "dropped", "ratio": 1.5, "route": "/nope", "method": "get"},
        {"lie": {"delayed": {"ms": 0}}, "ratio": 1},
        {"lie": {"prefixed": {"prefix": "two\nlines"}}, "ratio": 1},
        {"lie": {"field_missing": {"field": "colour"}}, "ratio": 1},
    ]}});
    let answer = target.faults("PUT", rules.to_string()).await;
    assert_eq!(answer.status, 400);
    for path in [
        "telemetry.logs[0].ratio",
        "telemetry.logs[0].route",
        "telemetry.logs[0].method",
        "telemetry.logs[1].lie.delayed.ms",
        "telemetry.logs[2].lie.prefixed.prefix",
        "telemetry.logs[3].lie.field_missing.field",
    ] {
        assert!(answer.body.contains(path), "{path}: {}", answer.body);
    }
}
