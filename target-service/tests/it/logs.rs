//! One line per finished request.

use serde_json::json;

use super::support::{BrokenStore, ENTRY, Target};

#[tokio::test]
async fn a_line_holds_exactly_the_promised_fields() {
    let target = Target::new();
    target.send("PUT", "/v1/kv/a", "value").await;
    let log = target.log();
    let line = log[0].as_object().expect("an object");
    let mut fields: Vec<&str> = line.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "bytes",
            "env",
            "latency_ms",
            "level",
            "method",
            "msg",
            "profile",
            "request_id",
            "route",
            "service",
            "span_id",
            "status",
            "trace_id",
            "ts",
            "version",
        ]
    );
    assert!(line["latency_ms"].is_f64());
    assert_eq!(
        line["ts"].as_str().map(str::len),
        Some("2026-11-21T00:06:24.067Z".len())
    );
    let told = |field: &str| line[field].clone();
    let expected = [
        ("level", json!("info")),
        ("service", json!("kv")),
        ("env", json!("test")),
        ("version", json!("1.2.3")),
        ("profile", json!("kv")),
        ("msg", json!("request")),
        ("method", json!("PUT")),
        ("route", json!(ENTRY)),
        ("status", json!(204)),
        ("bytes", json!(0)),
    ];
    for (field, value) in expected {
        assert_eq!(told(field), value, "{field}");
    }
}

#[tokio::test]
async fn a_lost_store_is_an_error_with_its_cause() {
    let target = Target::with_store(BrokenStore);
    target.get("/v1/kv/a").await;
    let log = target.log();
    assert_eq!(log[0]["level"], "error");
    assert_eq!(log[0]["status"], 503);
    assert_eq!(log[0]["error"], "store_unavailable");
    assert_eq!(log[0]["cause"], "disk on fire");
}

#[tokio::test]
async fn a_clients_mistake_is_no_error_of_the_service() {
    let target = Target::new();
    target.get("/v1/kv/a").await;
    target.get("/nope").await;
    let log = target.log();
    assert_eq!(log[0]["level"], "info");
    assert_eq!(log[0]["error"], "key_not_found");
    assert_eq!(log[1]["route"], "unmatched");
}

#[tokio::test]
async fn no_key_no_value_and_no_query_reaches_the_log() {
    let target = Target::new();
    for method in ["PUT", "GET", "HEAD", "DELETE", "POST"] {
        target
            .send(method, "/v1/kv/secret-key?secret-query=1", "secret-value")
            .await;
        target
            .send(method, "/v1/kv/secret%20key", "secret-value")
            .await;
        target.send(method, "/v1/kv?secret=1", "secret-value").await;
        target.send(method, "/secret", "secret-value").await;
    }
    assert_eq!(target.log().len(), 20);
    assert!(!target.log_text().contains("secret"));
}

#[tokio::test]
async fn probes_are_logged_only_when_they_fail() {
    let target = Target::new();
    target.get("/livez").await;
    target.get("/readyz").await;
    target.get("/metrics").await;
    assert!(target.log().is_empty());
    target.drain.begin();
    target.get("/readyz").await;
    let log = target.log();
    assert_eq!(
        (&log[0]["route"], &log[0]["error"]),
        (&json!("/readyz"), &json!("draining"))
    );
}
