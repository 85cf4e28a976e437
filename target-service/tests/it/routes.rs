//! Each route and each of its answers.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::json;

use super::support::{BrokenStore, StuckStore, Target};

#[tokio::test]
async fn an_entry_is_put_read_replaced_and_deleted() {
    let target = Target::new();
    let put = target.send("PUT", "/v1/kv/a.B_c-1", "one").await;
    assert_eq!((put.status, put.body.as_str()), (204, ""));
    let read = target.get("/v1/kv/a.B_c-1").await;
    assert_eq!((read.status, read.body.as_str()), (200, "one"));
    assert_eq!(
        read.headers[header::CONTENT_TYPE],
        "text/plain; charset=utf-8"
    );
    assert_eq!(
        target.send("PUT", "/v1/kv/a.B_c-1", "two").await.status,
        204
    );
    assert_eq!(target.get("/v1/kv/a.B_c-1").await.body, "two");
    assert_eq!(
        target.send("DELETE", "/v1/kv/a.B_c-1", "").await.status,
        204
    );
    target
        .get("/v1/kv/a.B_c-1")
        .await
        .assert_detail(404, "key not found");
    let again = target.send("DELETE", "/v1/kv/a.B_c-1", "").await;
    again.assert_detail(404, "key not found");
}

#[tokio::test]
async fn a_head_request_answers_like_a_get_without_body() {
    let target = Target::new();
    target.send("PUT", "/v1/kv/a", "one").await;
    let head = target.send("HEAD", "/v1/kv/a", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(target.send("HEAD", "/v1/kv/b", "").await.status, 404);
}

#[tokio::test]
async fn keys_are_checked_after_decoding() {
    let target = Target::new();
    let alphabet = "key may only have the characters A-Z a-z 0-9 . _ -";
    for path in [
        "/v1/kv/a%2Fb",
        "/v1/kv/a%20b",
        "/v1/kv/%C3%A4",
        "/v1/kv/a+b",
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            target
                .send(method, path, "")
                .await
                .assert_detail(400, alphabet);
        }
    }
    let long = format!("/v1/kv/{}", "k".repeat(129));
    let length = "key must have 1 to 128 characters";
    target
        .send("PUT", &long, "x")
        .await
        .assert_detail(400, length);
    target
        .get("/v1/kv/%FF")
        .await
        .assert_detail(400, "path must be UTF-8");
    assert_eq!(target.send("PUT", "/v1/kv/%61", "x").await.status, 204);
    assert_eq!(target.get("/v1/kv/a").await.status, 200);
}

#[tokio::test]
async fn values_are_text_of_at_most_64_kib() {
    let target = Target::new();
    let fits = "x".repeat(65_536);
    assert_eq!(
        target.send("PUT", "/v1/kv/a", fits.clone()).await.status,
        204
    );
    assert_eq!(target.get("/v1/kv/a").await.body, fits);
    let answer = target.send("PUT", "/v1/kv/a", vec![b'x'; 65_537]).await;
    answer.assert_detail(413, "value must not exceed 65536 bytes");
    let binary = target.send("PUT", "/v1/kv/a", vec![0xff, 0xfe]).await;
    binary.assert_detail(400, "value must be UTF-8");
    assert_eq!(target.get("/v1/kv/a").await.body, fits);
}

#[tokio::test]
async fn keys_are_listed_in_order_with_a_limit() {
    let target = Target::new();
    assert_eq!(target.get("/v1/kv").await.json(), json!({"keys": []}));
    for n in (0..150).rev() {
        target.send("PUT", &format!("/v1/kv/k{n:03}"), "x").await;
    }
    let keys = target.get("/v1/kv?limit=2").await.json();
    assert_eq!(keys, json!({"keys": ["k000", "k001"]}));
    let listed = |answer: serde_json::Value| answer["keys"].as_array().map(Vec::len);
    assert_eq!(listed(target.get("/v1/kv").await.json()), Some(100));
    assert_eq!(
        listed(target.get("/v1/kv?limit=1000").await.json()),
        Some(150)
    );
}

#[tokio::test]
async fn a_bad_query_is_refused() {
    let target = Target::new();
    let detail = "query must be empty or limit=N with N from 1 to 1000";
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "limit=",
        "other=1",
        "limit=1&limit=2",
    ] {
        let answer = target.get(&format!("/v1/kv?{query}")).await;
        answer.assert_detail(400, detail);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_apart() {
    let target = Target::new();
    for path in [
        "/v1",
        "/v1/kv/",
        "/redoc",
        "/docs/nope",
        "/docs/a/b",
        "/v1/kv/a/b",
        "/nope",
    ] {
        target.get(path).await.assert_detail(404, "Not Found");
    }
    for path in ["/v1/kv/a", "/v1/kv", "/livez", "/readyz", "/health", "/"] {
        let answer = target.send("POST", path, "").await;
        answer.assert_detail(405, "Method Not Allowed");
        assert!(answer.headers.contains_key(header::ALLOW), "{path}");
    }
}

#[tokio::test]
async fn a_failing_store_answers_503() {
    let target = Target::with_store(BrokenStore);
    for (method, path) in [
        ("GET", "/v1/kv/a"),
        ("PUT", "/v1/kv/a"),
        ("DELETE", "/v1/kv/a"),
        ("GET", "/v1/kv"),
    ] {
        let answer = target.send(method, path, "").await;
        answer.assert_detail(503, "store unavailable");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stuck_store_answers_504_at_the_request_limit() {
    let target = Target::with_store(StuckStore);
    let before = target.scrape().await;
    target
        .get("/v1/kv/a")
        .await
        .assert_detail(504, "request timed out");
    let after = target.scrape().await;
    let timeouts = [
        ("method", "GET"),
        ("route", "/v1/kv/{key}"),
        ("status", "504"),
    ];
    assert_eq!(after.delta(&before, "http_requests_total", &timeouts), 1.0);
    let seconds = after.sum("http_request_duration_seconds_sum", &timeouts[..2]);
    assert!((10.0..10.1).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_traceparent_is_continued_and_a_bad_one_replaced() {
    let target = Target::new();
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let send = async |header: String| {
        let request = Request::get("/v1/kv").header("traceparent", header);
        let answer = target
            .call(request.body(Body::empty()).expect("a request"))
            .await;
        answer.headers["traceparent"]
            .to_str()
            .expect("text")
            .to_owned()
    };
    let parent = format!("00-{trace_id}-00f067aa0ba902b7-01");
    let continued = send(parent.clone()).await;
    assert!(continued.starts_with(&format!("00-{trace_id}-")) && continued.ends_with("-01"));
    assert_ne!(continued, parent, "the span is the service's own");
    let begun = send("garbage".to_owned()).await;
    assert_eq!(begun.len(), parent.len());
    assert!(!begun.contains(trace_id));

    let logged = target.log();
    assert_eq!(logged[0]["trace_id"], trace_id);
    assert_eq!(logged[0]["span_id"], continued[36..52]);
    assert_eq!(logged[1]["trace_id"], begun[3..35]);
}
