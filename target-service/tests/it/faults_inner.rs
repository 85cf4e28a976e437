//! Hangs and panics: below the metrics, so reported truly.

use std::time::Duration;

use axum::{Router, routing::get};
use serde_json::json;
use target_service::{
    kv,
    profile::{Profile, ProfileName},
};
use tokio::time::Instant;

use super::support::{ENTRY, Running, Target};

#[tokio::test(start_paused = true)]
async fn a_hang_ends_at_the_limit_with_504_and_is_told() {
    let target = Target::new();
    let hang = json!({"inner": [{"route": ENTRY, "method": "GET", "hang_ratio": 1}]});
    target.set_faults(hang).await;
    let before = target.scrape().await;
    let active = [("fault", "inner_hang")];
    assert_eq!(before.value("target_fault_active", &active), Some(1.0));
    let began = Instant::now();
    target
        .get("/v1/kv/a")
        .await
        .assert_detail(504, "request timed out");
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    let after = target.scrape().await;
    let counted = [("method", "GET"), ("route", ENTRY), ("status", "504")];
    assert_eq!(after.delta(&before, "http_requests_total", &counted), 1.0);
    let line = &target.log()[0];
    assert_eq!(line["error"], "timeout");
    assert_eq!(line["note"], "injected hang");

    target.faults("DELETE", "").await;
    let began = Instant::now();
    assert_eq!(target.get("/v1/kv/a").await.status, 404);
    assert_eq!(began.elapsed(), Duration::ZERO);
    let cleared = target.scrape().await;
    assert_eq!(cleared.value("target_fault_active", &active), Some(0.0));
}

#[tokio::test]
async fn a_client_that_leaves_a_hanging_request_is_counted_as_aborted() {
    let target = Target::new();
    let hang = json!({"inner": [{"route": ENTRY, "hang_ratio": 1}]});
    target.set_faults(hang).await;
    let running = Running::of(&target).await;
    let mut client = running.connect().await;
    client.request("GET", "/v1/kv/a").await;
    while target.telemetry.metrics.in_flight().get() == 0 {
        tokio::task::yield_now().await;
    }
    drop(client);
    while target.telemetry.metrics.in_flight().get() > 0 {
        tokio::task::yield_now().await;
    }
    let scrape = target.scrape().await;
    let aborted = scrape.value("http_requests_aborted_total", &[("route", ENTRY)]);
    assert_eq!(aborted, Some(1.0));
    assert_eq!(target.log().len(), 0, "no answer, no line");
}

#[tokio::test]
async fn an_injected_panic_is_answered_500_counted_and_told_and_the_connection_goes_on() {
    let target = Target::new();
    let panics = json!({"inner": [{"route": ENTRY, "method": "GET", "panic_ratio": 1}]});
    target.set_faults(panics).await;
    let running = Running::of(&target).await;
    let mut client = running.connect().await;
    for _ in 0..2 {
        client.forget();
        client.request("GET", "/v1/kv/a").await;
        let answered = client.read_until(r#"{"detail":"internal error"}"#).await;
        answered.expect("an answer");
        assert!(client.text().starts_with("HTTP/1.1 500"));
    }
    let scrape = target.scrape().await;
    let counted = [("method", "GET"), ("route", ENTRY), ("status", "500")];
    assert_eq!(scrape.value("http_requests_total", &counted), Some(2.0));
    let active = [("fault", "inner_panic")];
    assert_eq!(scrape.value("target_fault_active", &active), Some(1.0));
    let log = target.log();
    assert_eq!(log.len(), 2);
    for line in &log {
        assert_eq!(line["error"], "panic");
        assert_eq!(line["note"], "injected panic");
        assert_eq!(line["level"], "error");
    }

    target.faults("DELETE", "").await;
    client.forget();
    client.request("GET", "/v1/kv/a").await;
    client.read_until("}").await.expect("an answer");
    assert!(client.text().starts_with("HTTP/1.1 404"));
    assert!(target.log()[2].get("note").is_none());
}

#[tokio::test]
async fn a_real_panic_is_answered_too_and_not_called_injected() {
    async fn panics() -> &'static str {
        panic!("with a secret of the client")
    }
    let target = Target::of(ProfileName::Kv, kv::CATALOGUE, |_| {
        Profile::of(Router::new().route("/v1/kv", get(panics)))
    });
    target
        .get("/v1/kv")
        .await
        .assert_detail(500, "internal error");
    let scrape = target.scrape().await;
    let counted = [("method", "GET"), ("route", "/v1/kv"), ("status", "500")];
    assert_eq!(scrape.value("http_requests_total", &counted), Some(1.0));
    let log = target.log();
    assert_eq!(log[0]["error"], "panic");
    assert!(log[0].get("note").is_none());
    assert!(!target.log_text().contains("secret"));
    assert_eq!(target.get("/livez").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_share_of_the_requests_can_have_the_latency() {
    let target = Target::new();
    let some = json!({"route": ENTRY, "method": "GET", "latency_ms": 500, "latency_ratio": 0.3});
    target.set_faults(json!({"inner": [some]})).await;
    let mut slow = 0;
    for _ in 0..100 {
        let began = Instant::now();
        target.get("/v1/kv/a").await;
        slow += usize::from(began.elapsed() >= Duration::from_millis(500));
    }
    // Five standard deviations of a binomial share: 5 * sqrt(0.3 * 0.7 * 100) = 23.
    assert!((8..=52).contains(&slow), "{slow}");
}
