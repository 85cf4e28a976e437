//! Inner and outer faults: on the wire, in a scrape, in the log, and gone after DELETE.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::support::{ENTRY, Target};

fn failures(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|found| **found == status).count()
}

#[tokio::test]
async fn an_inner_error_is_seen_by_client_metrics_and_log() {
    let target = Target::new();
    target
        .set_faults(json!({"inner": [{"route": ENTRY, "method": "GET", "error_ratio": 0.25}]}))
        .await;
    let before = target.scrape().await;
    assert_eq!(
        before.value("target_fault_active", &[("fault", "inner_error")]),
        Some(1.0)
    );
    let statuses = target.read_known_key(100).await;
    let failed = failures(&statuses, 500);
    assert!((10..45).contains(&failed), "{failed}");
    assert_eq!(failures(&statuses, 200), 100 - failed);

    let after = target.scrape().await;
    let errors = [("method", "GET"), ("route", ENTRY), ("status", "500")];
    assert_eq!(
        after.delta(&before, "http_requests_total", &errors),
        failed as f64
    );
    let log = target.log();
    let noted = log
        .iter()
        .filter(|line| line["note"] == "injected error 500");
    let noted: Vec<_> = noted.collect();
    assert_eq!(noted.len(), failed);
    assert!(
        noted
            .iter()
            .all(|line| line["status"] == 500 && line["level"] == "error")
    );

    assert_eq!(target.faults("DELETE", "").await.status, 204);
    assert_eq!(failures(&target.read_known_key(50).await, 200), 50);
    let cleared = target.scrape().await;
    assert_eq!(cleared.delta(&after, "http_requests_total", &errors), 0.0);
    assert_eq!(
        cleared.value("target_fault_active", &[("fault", "inner_error")]),
        Some(0.0)
    );
}

#[tokio::test(start_paused = true)]
async fn an_inner_latency_is_seen_by_client_histogram_and_log() {
    let target = Target::new();
    target
        .set_faults(json!({"inner": [{"route": ENTRY, "method": "GET", "latency_ms": 180}]}))
        .await;
    let began = Instant::now();
    target.read_known_key(1).await;
    assert_eq!(began.elapsed().as_millis(), 180);
    let scrape = target.scrape().await;
    let bucket = |le| {
        let labels = [("le", le), ("method", "GET"), ("route", ENTRY)];
        scrape.value("http_request_duration_seconds_bucket", &labels)
    };
    assert_eq!((bucket("0.15"), bucket("0.2")), (Some(0.0), Some(1.0)));
    let log = target.log();
    assert_eq!(log[1]["note"], "injected latency 180 ms");
    assert_eq!(log[1]["latency_ms"], 180.0);

    target.faults("DELETE", "").await;
    let began = Instant::now();
    target.read_known_key(1).await;
    assert_eq!(began.elapsed().as_millis(), 0);
    assert!(target.log()[3].get("note").is_none());
}

#[tokio::test]
async fn an_outer_error_is_seen_by_the_client_alone() {
    let target = Target::new();
    target
        .set_faults(json!({"outer": [{"route": ENTRY, "method": "GET", "error_ratio": 1.0}]}))
        .await;
    let before = target.scrape().await;
    assert_eq!(failures(&target.read_known_key(20).await, 502), 20);
    let after = target.scrape().await;
    assert_eq!(
        after.delta(&before, "http_requests_total", &[("method", "GET")]),
        0.0
    );
    let observed = after.delta(&before, "http_request_duration_seconds_count", &[]);
    assert_eq!(observed, 1.0, "the PUT alone");
    assert_eq!(target.log().len(), 1, "the PUT alone");

    target.faults("DELETE", "").await;
    assert_eq!(failures(&target.read_known_key(20).await, 200), 20);
}

#[tokio::test(start_paused = true)]
async fn an_outer_latency_is_seen_by_the_client_alone() {
    let target = Target::new();
    target
        .set_faults(json!({"outer": [{"route": ENTRY, "method": "GET", "latency_ms": 400}]}))
        .await;
    let began = Instant::now();
    assert_eq!(target.read_known_key(1).await, [200]);
    assert_eq!(began.elapsed().as_millis(), 400);
    let scrape = target.scrape().await;
    assert_eq!(scrape.sum("http_request_duration_seconds_sum", &[]), 0.0);
    let reads = [("method", "GET"), ("route", ENTRY), ("status", "200")];
    assert_eq!(scrape.value("http_requests_total", &reads), Some(1.0));
    let log = target.log();
    assert_eq!(log[1]["latency_ms"], 0.0);
    assert!(log[1].get("note").is_none());

    target.faults("DELETE", "").await;
    let began = Instant::now();
    target.read_known_key(1).await;
    assert_eq!(began.elapsed().as_millis(), 0);
}

#[tokio::test]
async fn a_fault_strikes_its_route_and_method_only() {
    let target = Target::new();
    target
        .set_faults(
            json!({"inner": [{"route": ENTRY, "method": "PUT", "error_ratio": 1, "status": 503}]}),
        )
        .await;
    assert_eq!(target.send("PUT", "/v1/kv/a", "x").await.status, 503);
    assert_eq!(target.get("/v1/kv/a").await.status, 404);
    assert_eq!(target.get("/v1/kv").await.status, 200);
    target
        .set_faults(json!({"inner": [{"route": "unmatched", "error_ratio": 1}]}))
        .await;
    assert_eq!(
        target.send("PUT", "/v1/kv/a", "x").await.status,
        204,
        "PUT replaces the whole set"
    );
    assert_eq!(target.get("/nope").await.status, 500);
}

#[tokio::test]
async fn the_metrics_page_meets_no_fault() {
    let target = Target::new();
    for route in ["unmatched", "/livez", "/readyz", ENTRY] {
        target
            .set_faults(json!({"outer": [{"route": route, "error_ratio": 1}]}))
            .await;
        assert_eq!(target.get("/metrics").await.status, 200);
    }
}

#[tokio::test]
async fn the_same_seed_and_order_give_the_same_decisions() {
    let faults = json!({"inner": [{"route": ENTRY, "method": "GET", "error_ratio": 0.5}]});
    let target = Target::new();
    target.set_faults(faults.clone()).await;
    let first = target.read_known_key(64).await;
    assert_ne!(
        target.read_known_key(64).await,
        first,
        "decisions go on, they do not repeat"
    );
    target.set_faults(faults.clone()).await;
    assert_eq!(
        target.read_known_key(64).await,
        first,
        "setting the set starts it over"
    );
    let other = Target::new();
    other.set_faults(faults).await;
    assert_eq!(other.read_known_key(64).await, first);
}

#[tokio::test(start_paused = true)]
async fn a_fault_follows_its_course_in_time() {
    let target = Target::new();
    let course = json!({"after_ms": 10_000, "duration_ms": 20_000, "ramp_ms": 10_000});
    target
        .set_faults(json!({
            "inner": [{"route": ENTRY, "method": "GET", "error_ratio": 1, "course": course}],
            "telemetry": {"drop_counter": {"ratio": 1, "course": course}},
        }))
        .await;
    let failed = async || failures(&target.read_known_key(100).await, 500);
    let active = async || {
        let scrape = target.scrape().await;
        ["inner_error", "drop_counter"]
            .map(|fault| scrape.value("target_fault_active", &[("fault", fault)]))
    };
    assert_eq!((failed().await, active().await), (0, [Some(0.0); 2]));
    tokio::time::advance(Duration::from_secs(15)).await;
    let half = failed().await;
    assert!((30..70).contains(&half), "{half} of 100 at half strength");
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!((failed().await, active().await), (100, [Some(1.0); 2]));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!((failed().await, active().await), (0, [Some(0.0); 2]));
}

#[tokio::test]
async fn the_set_in_force_can_be_read_back() {
    let target = Target::new();
    let nothing = json!({"inner": [], "outer": [], "telemetry": {}});
    assert_eq!(target.faults("GET", "").await.json(), nothing);
    let faults = json!({
        "inner": [{"route": ENTRY, "method": "GET", "error_ratio": 0.15, "status": 500, "latency_ms": 0}],
        "outer": [{"route": "/v1/kv", "error_ratio": 0.0, "latency_ms": 50}],
        "telemetry": {"drop_counter": {"ratio": 0.2, "status": "5xx"}},
    });
    assert_eq!(
        target.faults("PUT", faults.to_string()).await.json(),
        faults
    );
    assert_eq!(target.faults("GET", "").await.json(), faults);
    target.faults("DELETE", "").await;
    assert_eq!(target.faults("GET", "").await.json(), nothing);
}

#[tokio::test]
async fn a_bad_set_is_refused_with_the_path_of_the_field_and_changes_nothing() {
    let target = Target::new();
    let good = json!({"inner": [{"route": ENTRY, "error_ratio": 1}]});
    target.set_faults(good).await;
    let in_force = target.faults("GET", "").await.json();
    for (body, told) in [
        (r#"{"iner":[]}"#, "unknown field `iner`"),
        (
            r#"{"inner":[{"route":"/v1/kv","eror_ratio":1}]}"#,
            "inner[0].eror_ratio: unknown field",
        ),
        (r#"{"inner":[{"error_ratio":1}]}"#, "missing field `route`"),
        (
            r#"{"outer":[{"route":"/v1/kv","error_ratio":"1"}]}"#,
            "outer[0].error_ratio: invalid type",
        ),
        (
            r#"{"outer":[{"route":"/v1/kv","error_ratio":1.01}]}"#,
            "outer[0].error_ratio: must be from 0 to 1",
        ),
        (
            r#"{"outer":[{"route":"/v1/kv","error_ratio":-0.1}]}"#,
            "outer[0].error_ratio: must be from 0 to 1",
        ),
        (
            r#"{"inner":[{"route":"/v2"}]}"#,
            "inner[0].route: unknown route",
        ),
        (
            r#"{"inner":[{"route":"/v1/kv","method":"get"}]}"#,
            "inner[0].method: unknown method",
        ),
        (
            r#"{"inner":[{"route":"/v1/kv","status":200}]}"#,
            "inner[0].status: must be from 400 to 599",
        ),
        (
            r#"{"inner":[{"route":"/v1/kv","latency_ms":60001}]}"#,
            "inner[0].latency_ms: must be at most 60000",
        ),
        (
            r#"{"telemetry":{"drop_counter":{"ratio":2}}}"#,
            "telemetry.drop_counter.ratio: must be from 0 to 1",
        ),
        (
            r#"{"telemetry":{"drop_counter":{"ratio":1,"status":"9xx"}}}"#,
            "telemetry.drop_counter.status: invalid value",
        ),
        (
            r#"{"telemetry":{"drop_logs":1}}"#,
            "telemetry.drop_logs: unknown field",
        ),
        ("", "EOF"),
        ("[]", "expected a map"),
        ("null", "expected a map"),
    ] {
        let answer = target.faults("PUT", body).await;
        assert_eq!(answer.status, 400, "{body}");
        let detail = answer.json()["detail"].as_str().expect("a text").to_owned();
        assert!(detail.contains(told), "{body}: {detail}");
        assert_eq!(target.faults("GET", "").await.json(), in_force, "{body}");
    }
    let two = r#"{"inner":[{"route":"/v2","status":1}]}"#;
    let answer = target.faults("PUT", two).await;
    assert!(answer.body.contains("inner[0].route") && answer.body.contains("inner[0].status"));
}
