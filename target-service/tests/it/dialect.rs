//! The metrics under the names of the original `DumbKV`.

use std::sync::Arc;

use target_service::{
    kv::{self, store::MemoryStore},
    profile::ProfileName,
    telemetry::Dialect,
};

use super::support::{ENTRY, Parts, Target};

fn target() -> Target {
    let parts = Parts::speaking(ProfileName::Kv, kv::CATALOGUE, Dialect::DumbKv);
    parts.target(kv::profile(Arc::new(MemoryStore::default())))
}

#[tokio::test]
async fn statuses_are_grouped_and_refusals_have_no_handler() {
    let target = target();
    let before = target.scrape().await;
    target.read_known_key(2).await;
    target.get("/v1/kv/unknown").await;
    target.send("PATCH", "/v1/kv/known", "").await;
    target.get("/nope").await;
    let scrape = target.scrape().await;
    for (handler, method, status, count) in [
        (ENTRY, "PUT", "2xx", 1.0),
        (ENTRY, "GET", "2xx", 2.0),
        (ENTRY, "GET", "4xx", 1.0),
        (ENTRY, "GET", "5xx", 0.0),
        ("none", "PATCH", "4xx", 1.0),
        ("none", "GET", "4xx", 1.0),
    ] {
        let labels = [("handler", handler), ("method", method), ("status", status)];
        assert_eq!(before.value("http_requests_total", &labels), Some(0.0));
        let counted = scrape.value("http_requests_total", &labels);
        assert_eq!(counted, Some(count), "{labels:?}");
    }
    assert_eq!(scrape.sum("http_requests_total", &[]), 6.0);
    assert_eq!(scrape.sum("http_requests_total", &[("route", ENTRY)]), 0.0);
    let info = [
        ("version", "1.2.3"),
        ("profile", "kv"),
        ("compat", "dumbkv"),
    ];
    assert_eq!(scrape.value("target_build_info", &info), Some(1.0));
}

#[tokio::test]
async fn sizes_are_summaries_by_handler() {
    let target = target();
    let request = axum::http::Request::builder()
        .method("PUT")
        .uri("/v1/kv/a")
        .header("content-length", "5");
    target
        .call(request.body("value".into()).expect("a request"))
        .await;
    target.get("/v1/kv/a").await;
    let text = target.get("/metrics").await.body;
    assert!(text.contains("# TYPE http_request_size_bytes summary\n"));
    let scrape = target.scrape().await;
    let handler = [("handler", ENTRY)];
    for name in ["http_request_size_bytes", "http_response_size_bytes"] {
        let sum = scrape.value(&format!("{name}_sum"), &handler);
        assert_eq!(sum, Some(5.0), "{name}");
        let count = scrape.value(&format!("{name}_count"), &handler);
        assert_eq!(count, Some(2.0), "{name}");
    }
}

#[tokio::test]
async fn latency_is_fine_without_labels_and_coarse_with_them() {
    let target = target();
    target.read_known_key(1).await;
    let scrape = target.scrape().await;
    let fine = "http_request_duration_highr_seconds";
    assert_eq!(scrape.value(&format!("{fine}_count"), &[]), Some(2.0));
    assert_eq!(scrape.count(&format!("{fine}_bucket")), 22);
    let coarse = "http_request_duration_seconds_bucket";
    let bounds = scrape.label_values(coarse, "le");
    assert_eq!(bounds, ["+Inf", "0.1", "0.5", "1"].into());
    let read = [("handler", ENTRY), ("method", "GET"), ("le", "+Inf")];
    assert_eq!(scrape.value(coarse, &read), Some(1.0));
}
