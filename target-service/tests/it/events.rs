//! Routes, metrics and logs of the `events` profile.

use std::sync::Arc;

use serde_json::json;
use target_service::events::{domain::StoreError, store::MemoryStore};

use super::support::{NoStore, Scrape, SlowStore, Target, events_target};

const WRITES: [&str; 2] = ["/events", "/v1/events"];
const READS: [&str; 3] = ["/domains", "/v1/domains", "/v1/domain"];

fn target() -> Target {
    events_target(MemoryStore::default())
}

async fn put(target: &Target, domain: &str, kind: &str, times: u32) {
    for _ in 0..times {
        let path = format!("/events/{domain}/{kind}");
        assert_eq!(target.send("PUT", &path, "").await.status, 204);
    }
}

async fn verdict(target: &Target, domain: &str) -> serde_json::Value {
    let answer = target.get(&format!("/domains/{domain}")).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn both_path_styles_write_the_same_domain_and_all_three_read_it() {
    let target = target();
    for base in WRITES {
        for kind in ["delivered", "bounced"] {
            let answer = target
                .send("PUT", &format!("{base}/a.com/{kind}"), "")
                .await;
            assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        }
    }
    for base in READS {
        let answer = target.get(&format!("{base}/a.com")).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "\"not catch-all\"")
        );
        assert_eq!(
            answer.headers["content-type"],
            "application/json; charset=UTF-8"
        );
    }
    let stats = target.get("/stats").await;
    assert_eq!(
        (stats.status, stats.json()),
        (200, json!({"domains": 1, "delivered": 2, "bounced": 2}))
    );
}

#[tokio::test]
async fn a_domain_becomes_catch_all_with_its_thousandth_delivery_and_not_with_a_bounce() {
    let target = target();
    assert_eq!(verdict(&target, "a.com").await, "unknown");
    put(&target, "a.com", "delivered", 999).await;
    assert_eq!(verdict(&target, "a.com").await, "unknown");
    put(&target, "a.com", "delivered", 1).await;
    assert_eq!(verdict(&target, "a.com").await, "catch-all");
    put(&target, "a.com", "delivered", 1).await;
    assert_eq!(verdict(&target, "a.com").await, "catch-all");
    put(&target, "a.com", "bounced", 1).await;
    assert_eq!(verdict(&target, "a.com").await, "not catch-all");
}

#[tokio::test]
async fn letters_of_either_case_name_the_same_domain() {
    let target = target();
    put(&target, "Example.COM", "bounced", 1).await;
    assert_eq!(verdict(&target, "eXample.com").await, "not catch-all");
    assert_eq!(target.get("/stats").await.json()["domains"], 1);
}

#[tokio::test]
async fn an_invalid_domain_is_400_and_not_an_event() {
    let target = target();
    for domain in ["localhost", "a_b.com", "a%20b.com", "%ff.com", "a.com%2fb"] {
        let invalid = (400, json!({"error": "invalid domain"}));
        for base in WRITES {
            let path = format!("{base}/{domain}/delivered");
            let answer = target.send("PUT", &path, "").await;
            assert_eq!((answer.status, answer.json()), invalid, "{path}");
        }
        for base in READS {
            let answer = target.get(&format!("{base}/{domain}")).await;
            assert_eq!((answer.status, answer.json()), invalid, "{base} {domain}");
        }
    }
    assert_eq!(target.scrape().await.sum("events_received_total", &[]), 0.0);
    assert_eq!(target.get("/stats").await.json()["domains"], 0);
}

#[tokio::test]
async fn another_event_word_is_404_another_method_405() {
    let target = target();
    for base in WRITES {
        for event in ["opened", "Delivered", "delivered%20"] {
            let path = format!("{base}/a.com/{event}");
            let answer = target.send("PUT", &path, "").await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.json(), json!({"error": "unknown event"}));
        }
        let path = format!("{base}/a.com/delivered");
        assert_eq!(target.send("POST", &path, "").await.status, 405);
        assert_eq!(target.get(&path).await.status, 405);
    }
    assert_eq!(target.send("PUT", "/domains/a.com", "").await.status, 405);
    for path in ["/events/a.com", "/v2/domains/a.com", "/domains", "/"] {
        target.get(path).await.assert_detail(404, "Not Found");
    }
    assert_eq!(target.get("/stats").await.json()["domains"], 0);
}

async fn assert_all_routes_answer(target: &Target, status: u16, error: &str) {
    for (method, path) in [
        ("PUT", "/events/a.com/delivered"),
        ("PUT", "/v1/events/a.com/bounced"),
        ("GET", "/domains/a.com"),
        ("GET", "/v1/domain/a.com"),
        ("GET", "/stats"),
    ] {
        let answer = target.send(method, path, "").await;
        assert_eq!(
            (answer.status, answer.json()),
            (status, json!({"error": error})),
            "{path}"
        );
    }
}

fn errors(scrape: &Scrape, op: &str) -> Option<f64> {
    let labels = [("adapter", "memory"), ("op", op)];
    scrape.value("event_store_errors_total", &labels)
}

#[tokio::test]
async fn a_store_that_fails_is_500_and_its_errors_are_counted_not_its_events() {
    let target = events_target(NoStore(StoreError::failed));
    assert_all_routes_answer(&target, 500, "Internal Server Error").await;
    let scrape = target.scrape().await;
    assert_eq!(scrape.sum("events_received_total", &[]), 2.0);
    assert_eq!(scrape.sum("events_stored_total", &[]), 0.0);
    assert_eq!(errors(&scrape, "increment"), Some(2.0));
    assert_eq!(errors(&scrape, "read"), Some(2.0));
    assert_eq!(errors(&scrape, "stats"), Some(1.0));
    let failed_reads = scrape.value("domain_reads_total", &[("result", "error")]);
    assert_eq!(failed_reads, Some(2.0));
    let line = &target.log()[0];
    assert_eq!(
        (&line["error"], &line["cause"]),
        (&json!("store_failed"), &json!("disk on fire"))
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_503_and_not_ready() {
    let target = events_target(NoStore(StoreError::unreachable));
    assert_all_routes_answer(&target, 503, "store unavailable").await;
    let ready = target.get("/readyz").await;
    let expected = json!({"status": "not_ready", "reason": "store_unavailable"});
    assert_eq!((ready.status, ready.json()), (503, expected));
    assert_eq!(target.get("/livez").await.status, 200);
}

#[tokio::test]
async fn every_series_is_there_at_0_before_the_first_event() {
    let scrape = target().scrape().await;
    for kind in ["delivered", "bounced"] {
        for name in ["events_received_total", "events_stored_total"] {
            assert_eq!(scrape.value(name, &[("type", kind)]), Some(0.0), "{name}");
        }
    }
    for op in ["increment", "read", "stats"] {
        assert_eq!(errors(&scrape, op), Some(0.0), "{op}");
    }
    for result in ["catch_all", "not_catch_all", "unknown", "error"] {
        let reads = scrape.value("domain_reads_total", &[("result", result)]);
        assert_eq!(reads, Some(0.0), "{result}");
    }
    for route in WRITES.map(|base| format!("{base}/{{domain}}/{{event}}")) {
        for status in ["204", "400", "404", "500", "503"] {
            let labels = [("method", "PUT"), ("route", &*route), ("status", status)];
            let requests = scrape.value("http_requests_total", &labels);
            assert_eq!(requests, Some(0.0), "{labels:?}");
        }
    }
    for route in READS.map(|base| format!("{base}/{{domain}}")) {
        let labels = [("method", "GET"), ("route", &*route), ("status", "200")];
        assert_eq!(scrape.value("http_requests_total", &labels), Some(0.0));
    }
}

#[tokio::test]
async fn what_clients_saw_what_is_counted_and_what_is_stored_agree() {
    let target = target();
    target
        .set_faults(json!({"inner": [
            {"route": "/events/{domain}/{event}", "error_ratio": 0.3, "status": 500}
        ]}))
        .await;
    let mut acknowledged = [0_u32; 2];
    for n in 0..400 {
        let kind = usize::from(n % 9 == 0);
        let path = format!("/events/d{}.com/{}", n % 7, ["delivered", "bounced"][kind]);
        if target.send("PUT", &path, "").await.status == 204 {
            acknowledged[kind] += 1;
        }
    }
    let [delivered, bounced] = acknowledged;
    assert!(delivered > 0 && bounced > 0 && delivered + bounced < 400);
    let stats = target.get("/stats").await.json();
    assert_eq!(
        stats,
        json!({"domains": 7, "delivered": delivered, "bounced": bounced})
    );
    let scrape = target.scrape().await;
    for (kind, count) in [("delivered", delivered), ("bounced", bounced)] {
        for name in ["events_received_total", "events_stored_total"] {
            let counted = scrape.value(name, &[("type", kind)]);
            assert_eq!(counted, Some(f64::from(count)), "{name}");
        }
    }
    let labels = [("route", "/events/{domain}/{event}"), ("status", "204")];
    let answered = scrape.sum("http_requests_total", &labels);
    assert_eq!(answered, f64::from(delivered + bounced));
}

#[tokio::test]
async fn reads_are_counted_by_verdict() {
    let target = target();
    put(&target, "a.com", "bounced", 1).await;
    for domain in ["a.com", "a.com", "b.com"] {
        verdict(&target, domain).await;
    }
    let scrape = target.scrape().await;
    let reads = |result| scrape.value("domain_reads_total", &[("result", result)]);
    assert_eq!(reads("not_catch_all"), Some(2.0));
    assert_eq!(reads("unknown"), Some(1.0));
    assert_eq!(reads("catch_all"), Some(0.0));
}

#[tokio::test]
async fn an_event_whose_client_went_away_is_counted_when_it_is_stored() {
    let store = SlowStore::default();
    let (gate, arrived) = (Arc::clone(&store.gate), Arc::clone(&store.arrived));
    let target = Arc::new(events_target(store));
    let caller = Arc::clone(&target);
    let client = tokio::spawn(async move { caller.send("PUT", "/events/a.com/bounced", "").await });
    arrived.acquire().await.expect("open").forget();
    client.abort();
    assert!(client.await.is_err_and(|error| error.is_cancelled()));
    let stored = async || target.scrape().await.sum("events_stored_total", &[]);
    assert_eq!(
        stored().await,
        0.0,
        "nothing is counted before it is stored"
    );

    gate.add_permits(1);
    while target.get("/stats").await.json()["bounced"] == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stored().await, 1.0);
}

#[tokio::test]
async fn no_domain_is_logged() {
    let target = target();
    put(&target, "secret.example.com", "bounced", 1).await;
    verdict(&target, "secret.example.com").await;
    target.get("/domains/secret_example.com?secret=1").await;
    let log = target.log_text();
    assert_eq!(log.lines().count(), 3);
    assert!(!log.contains("secret"), "{log}");
    assert!(log.contains(r#""status":204"#), "{log}");
}
