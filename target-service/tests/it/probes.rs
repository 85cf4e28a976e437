//! `/livez` and `/readyz`.

use serde_json::json;

use super::support::{BrokenStore, StuckStore, Target};

#[tokio::test]
async fn a_healthy_service_is_alive_and_ready() {
    let target = Target::new();
    let alive = target.get("/livez").await;
    assert_eq!((alive.status, alive.json()), (200, json!({"status": "ok"})));
    let ready = target.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.json()),
        (200, json!({"status": "ready"}))
    );
}

async fn assert_alive_but_not_ready(target: &Target, reason: &str) {
    assert_eq!(target.get("/livez").await.status, 200);
    let ready = target.get("/readyz").await;
    let expected = json!({"status": "not_ready", "reason": reason});
    assert_eq!((ready.status, ready.json()), (503, expected));
}

#[tokio::test]
async fn a_failing_store_is_not_ready() {
    let target = Target::with_store(BrokenStore);
    assert_alive_but_not_ready(&target, "store_unavailable").await;
}

#[tokio::test(start_paused = true)]
async fn a_stuck_store_is_not_ready_after_one_second() {
    let target = Target::with_store(StuckStore);
    let asked = tokio::time::Instant::now();
    assert_alive_but_not_ready(&target, "store_timeout").await;
    assert_eq!(asked.elapsed().as_secs(), 1);
}

#[tokio::test]
async fn a_draining_service_is_not_ready_and_still_answers() {
    let target = Target::new();
    target.drain.begin();
    assert_alive_but_not_ready(&target, "draining").await;
    assert_eq!(target.get("/v1/kv").await.status, 200);
}

#[tokio::test]
async fn probes_are_counted() {
    let target = Target::new();
    let before = target.scrape().await;
    target.get("/livez").await;
    target.get("/readyz").await;
    let after = target.scrape().await;
    for route in ["/livez", "/readyz"] {
        let labels = [("method", "GET"), ("route", route), ("status", "200")];
        assert_eq!(after.delta(&before, "http_requests_total", &labels), 1.0);
    }
}
