//! What one client may ask for, and what that is to the others.

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use axum::{body::Body, http::Request};
use target_service::{http::Rate, kv, profile::ProfileName, server::Wire};

use super::support::{ENTRY, Parts, Running, Target, kv_in_memory};

fn limited(per_second: u32, burst: u32) -> Target {
    let number = |n| NonZeroU32::new(n).expect("positive");
    let mut parts = Parts::new(ProfileName::Kv, kv::CATALOGUE);
    parts.common.rate = Some(Rate {
        per_second: number(per_second),
        burst: number(burst),
    });
    parts.target(kv_in_memory())
}

fn from(client: &str, path: &str) -> Request<Body> {
    let client: SocketAddr = client.parse().expect("an address");
    let request = Request::get(path).extension(Wire::of(client));
    // Whoever it claims to be.
    let request = request.header("x-forwarded-for", "203.0.113.9");
    request.body(Body::empty()).expect("a request")
}

async fn statuses(target: &Target, client: &str, n: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..n {
        statuses.push(target.call(from(client, "/v1/kv/a")).await.status);
    }
    statuses
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_too_often_waits_and_is_served_again() {
    let target = limited(2, 3);
    assert_eq!(
        statuses(&target, "192.0.2.1:1", 4).await,
        [404, 404, 404, 429]
    );
    let refused = target.call(from("192.0.2.1:2", "/v1/kv/a")).await;
    refused.assert_detail(429, "too many requests");
    assert_eq!(refused.headers["retry-after"], "1");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(statuses(&target, "192.0.2.1:1", 3).await, [404, 404, 429]);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_as_told_is_served() {
    let target = limited(1, 5);
    statuses(&target, "192.0.2.1:1", 5).await;
    for _ in 0..3 {
        let refused = target.call(from("192.0.2.1:1", "/v1/kv/a")).await;
        let wait = refused.headers["retry-after"].to_str().expect("ASCII");
        let wait: u64 = wait.parse().expect("whole seconds");
        tokio::time::sleep(Duration::from_secs(wait)).await;
        assert_eq!(statuses(&target, "192.0.2.1:1", 1).await, [404]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_client_takes_nothing_from_another() {
    let target = limited(1, 1);
    assert_eq!(statuses(&target, "192.0.2.1:1", 2).await, [404, 429]);
    assert_eq!(statuses(&target, "192.0.2.2:1", 2).await, [404, 429]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_counted_from_zero_and_logged_like_any_answer() {
    let target = limited(1, 1);
    let labels = [("method", "GET"), ("route", ENTRY), ("status", "429")];
    let counted = |scrape: &super::support::Scrape| scrape.value("http_requests_total", &labels);
    assert_eq!(counted(&target.scrape().await), Some(0.0));
    statuses(&target, "192.0.2.1:1", 3).await;
    assert_eq!(counted(&target.scrape().await), Some(2.0));
    let log = target.log();
    assert_eq!(log.len(), 3);
    assert_eq!(log[2]["status"], 429);
    assert_eq!(log[2]["level"], "info");
    assert_eq!(log[2]["error"], "rate_limited");
}

#[tokio::test(start_paused = true)]
async fn probes_and_metrics_are_never_refused_and_unknown_paths_are() {
    let target = limited(1, 1);
    for _ in 0..5 {
        for path in ["/livez", "/readyz", "/metrics"] {
            assert_eq!(target.call(from("192.0.2.1:1", path)).await.status, 200);
        }
    }
    assert_eq!(target.call(from("192.0.2.1:1", "/nope")).await.status, 404);
    assert_eq!(target.call(from("192.0.2.1:1", "/nope")).await.status, 429);
}

#[tokio::test]
async fn without_a_limit_nobody_is_refused_and_no_series_says_so() {
    let target = Target::new();
    assert_eq!(statuses(&target, "192.0.2.1:1", 200).await, [404; 200]);
    let scrape = target.scrape().await;
    assert_eq!(
        scrape.value(
            "http_requests_total",
            &[("method", "GET"), ("route", ENTRY), ("status", "429")]
        ),
        None
    );
}

#[tokio::test]
async fn a_refused_client_keeps_its_connection_and_another_has_its_own_count() {
    let target = limited(1, 1);
    let running = Running::of(&target).await;
    let mut client = running.connect().await;
    // On a machine so slow that a second goes by between two requests, the limit is kept for a while.
    for _ in 0..50 {
        client.forget();
        client.request("GET", "/v1/kv/a").await;
        client.read_until("\"}").await.expect("an open connection");
        if client.text().contains("HTTP/1.1 429") {
            break;
        }
    }
    let text = client.text();
    assert!(text.contains("HTTP/1.1 429 Too Many Requests"), "{text}");
    assert!(
        text.ends_with(r#"{"detail":"too many requests"}"#),
        "{text}"
    );
    let elsewhere = target.call(from("192.0.2.1:1", "/v1/kv/a")).await;
    assert_eq!(elsewhere.status, 404);
}
