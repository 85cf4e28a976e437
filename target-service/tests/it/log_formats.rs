//! The formats found in the field, line by line.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use serde_json::{Value, json};
use target_service::{
    endpoint::{Catalogue, Endpoint},
    kv::{self, store::MemoryStore},
    profile::{Profile, ProfileName},
    server::Wire,
    telemetry::{Level, LogFormat},
};

use super::support::{Parts, Target};

const SCHEDULE: Catalogue = Catalogue(&[Endpoint::user("GET", "/v1/schedule", &[200, 500])]);

fn kv_logging(format: LogFormat) -> Target {
    let parts = Parts::logging(ProfileName::Kv, kv::CATALOGUE, format);
    parts.target(kv::profile(std::sync::Arc::new(MemoryStore::default())))
}

/// A profile whose queries may be shown.
fn schedule_logging(format: LogFormat) -> Target {
    let parts = Parts::logging(ProfileName::Schedule, SCHEDULE, format);
    let failing = get(async || StatusCode::INTERNAL_SERVER_ERROR);
    parts.target(Profile::of(Router::new().route("/v1/schedule", failing)))
}

fn from_client(method: &str, target: &str) -> Request<Body> {
    let client: SocketAddr = "127.0.0.1:60704".parse().expect("an address");
    let request = Request::builder().method(method).uri(target);
    let request = request.extension(Wire::of(client));
    request.body(Body::empty()).expect("a request")
}

/// The line with each digit of its time, if any, as 0.
fn undated(line: &str, digits: usize) -> String {
    let zero = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let (time, rest) = line.split_at(digits);
    time.chars().map(zero).chain(rest.chars()).collect()
}

#[tokio::test]
async fn access_shows_client_request_status_and_reason() {
    let target = schedule_logging(LogFormat::Access);
    target
        .call(from_client("GET", "/v1/schedule?days=15&unit_id=901"))
        .await;
    target.call(from_client("GET", "/no\"pe?a=%22")).await;
    assert_eq!(
        target.log_text(),
        "INFO:     127.0.0.1:60704 - \"GET /v1/schedule?days=15&unit_id=901 HTTP/1.1\" 500 Internal Server Error\n\
         INFO:     127.0.0.1:60704 - \"GET /no%22pe?a=%22 HTTP/1.1\" 404 Not Found\n"
    );
}

#[tokio::test]
async fn dated_shows_a_request_as_an_access_line_and_an_event_with_its_fields() {
    let target = kv_logging(LogFormat::Dated);
    target.call(from_client("GET", "/v1/kv/a")).await;
    target
        .telemetry
        .logger
        .log(Level::Warn, "defective", json!({"n": 1}));
    target
        .telemetry
        .logger
        .log(Level::Info, "two\nlines", json!({}));
    let log = target.log_text();
    let lines: Vec<String> = log.lines().map(|line| undated(line, 23)).collect();
    assert_eq!(
        lines,
        [
            "0000-00-00 00:00:00,000 - uvicorn.access - INFO - 127.0.0.1:60704 - \"GET /v1/kv/{key} HTTP/1.1\" 404",
            "0000-00-00 00:00:00,000 - kv - WARNING - defective {\"n\":1}",
            "0000-00-00 00:00:00,000 - kv - INFO - two lines",
        ]
    );
}

#[tokio::test]
async fn dated_json_is_a_date_and_few_fields() {
    let target = schedule_logging(LogFormat::DatedJson);
    target
        .call(from_client("GET", "/v1/schedule?days=15"))
        .await;
    target
        .telemetry
        .logger
        .log(Level::Info, "listening", json!({"seed": 7}));
    let log = target.log_text();
    let mut lines = log.lines();
    let line = lines.next().expect("a request line");
    assert_eq!(undated(line, 20).split_at(20).0, "0000/00/00 00:00:00 ");
    let request: Value = serde_json::from_str(&line[20..]).expect("JSON after the date");
    assert!(request["latency_ms"].is_f64());
    let mut rest = request.as_object().expect("an object").clone();
    rest.remove("latency_ms");
    assert_eq!(
        Value::Object(rest),
        json!({"service": "available-schedules", "route": "/v1/schedule", "status": 500})
    );
    let event: Value = serde_json::from_str(&lines.next().expect("an event")[20..]).expect("JSON");
    assert_eq!(
        event,
        json!({"service": "available-schedules", "msg": "listening", "seed": 7})
    );
}

#[tokio::test]
async fn no_format_shows_a_key_or_a_query_of_the_key_value_store() {
    for format in LogFormat::ALL {
        let target = kv_logging(format);
        for path in [
            "/v1/kv/secret?secret=1",
            "/v1/kv?key=secret",
            "/secret",
            "/kv?key=secret",
        ] {
            target.send("PUT", path, "secret").await;
            target.get(path).await;
        }
        let log = target.log_text();
        assert_eq!(log.lines().count(), 8, "{format}");
        assert!(!log.contains("secret"), "{format}: {log}");
    }
}

#[test]
fn libraries_are_heard_from_warn_upwards_without_their_texts() {
    let target = kv_logging(LogFormat::Json);
    target.telemetry.logger.scope(|| {
        tracing::info!(target: "lib", "unheard");
        tracing::warn!(target: "lib", statement = "SELECT 'secret'", value = ?Some("secret"), rows = 3, "slow {}", "statement");
        tracing::error!(target: "sqlx::postgres::notice", "Key (k)=(secret) exists");
    });
    let log = target.log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["level"], "warn");
    assert_eq!(log[0]["logger"], "lib");
    assert_eq!(log[0]["msg"], "slow statement");
    assert_eq!(log[0]["rows"], 3);
    assert!(!target.log_text().contains("secret"));
}
