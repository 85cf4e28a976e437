//! What the entries and their store say about themselves.

use target_service::{
    config::{Database, Defects},
    database::Journal,
    kv::{self, Compat, Settings},
    profile::ProfileName,
};

use super::support::{Parts, Scrape};

const OPERATIONS: &str = "kv_operations_total";

async fn scraped(requests: &[(&str, &str, u16)]) -> Scrape {
    let mut parts = Parts::new(ProfileName::Kv, kv::CATALOGUE);
    let settings = Settings {
        compat: Compat::None,
        database: Database::Memory,
        journal: Journal::default(),
        pool: 1,
        master_keys: None,
    };
    parts.common.defects = Defects::default();
    let profile = kv::open(&settings, &mut parts.common.workshop()).await;
    let target = parts.target(profile.expect("a map opens"));
    for (method, path, status) in requests {
        assert_eq!(target.send(method, path, "value").await.status, *status);
    }
    target.scrape().await
}

#[tokio::test]
async fn every_series_is_there_before_the_first_request() {
    let scrape = scraped(&[]).await;
    for op in ["set", "get", "delete", "list"] {
        for result in ["ok", "not_found", "conflict", "invalid", "error"] {
            let labels = [("op", op), ("result", result)];
            assert_eq!(scrape.value(OPERATIONS, &labels), Some(0.0), "{labels:?}");
        }
    }
    assert_eq!(scrape.value("kv_store_up", &[]), Some(0.0));
    assert_eq!(scrape.value("kv_store_reconnects_total", &[]), Some(0.0));
    for call in [
        "put",
        "insert",
        "get",
        "delete",
        "page",
        "databases",
        "ping",
    ] {
        let count = scrape.value("kv_store_call_duration_seconds_count", &[("call", call)]);
        assert_eq!(count, Some(0.0), "{call}");
    }
}

#[tokio::test]
async fn operations_are_counted_by_outcome_and_calls_are_timed() {
    let scrape = scraped(&[
        ("PUT", "/v1/kv/a", 204),
        ("GET", "/v1/kv/a", 200),
        ("GET", "/v1/kv/b", 404),
        ("DELETE", "/v1/kv/a", 204),
        ("DELETE", "/v1/kv/a", 404),
        ("GET", "/readyz", 200),
    ])
    .await;
    for (op, result, count) in [
        ("set", "ok", 1.0),
        ("get", "ok", 1.0),
        ("get", "not_found", 1.0),
        ("delete", "ok", 1.0),
        ("delete", "not_found", 1.0),
    ] {
        let labels = [("op", op), ("result", result)];
        assert_eq!(scrape.value(OPERATIONS, &labels), Some(count), "{labels:?}");
    }
    assert_eq!(scrape.sum(OPERATIONS, &[]), 5.0);
    let calls = scrape.sum("kv_store_call_duration_seconds_count", &[]);
    assert_eq!(calls, 6.0);
    assert_eq!(scrape.value("kv_store_up", &[]), Some(1.0));
}
