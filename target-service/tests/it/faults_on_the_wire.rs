//! Outer faults that no answer can express: what the client sees, and that the service does not.

use std::io::ErrorKind;

use serde_json::{Value, json};

use super::support::{ENTRY, Running, Target};

const KEY: &str = "/v1/kv/a";
const VALUE: &str = "0123456789";

/// A target with one entry, and its port.
async fn serve() -> (Target, Running) {
    let target = Target::new();
    assert_eq!(target.send("PUT", KEY, VALUE).await.status, 204);
    let running = Running::of(&target).await;
    (target, running)
}

async fn set_outer(target: &Target, mut rule: Value) {
    rule["route"] = json!(ENTRY);
    rule["method"] = json!("GET");
    target.set_faults(json!({"outer": [rule]})).await;
}

/// How many reads the service has counted, and how many lines it has written about them.
async fn told(target: &Target) -> (f64, usize) {
    let scrape = target.scrape().await;
    let counted = scrape.sum("http_requests_total", &[("method", "GET")]);
    let lines = target.log();
    let reads = lines.iter().filter(|line| line["method"] == "GET");
    (counted, reads.count())
}

async fn assert_active(target: &Target, fault: &str, active: f64) {
    let scrape = target.scrape().await;
    let found = scrape.value("target_fault_active", &[("fault", fault)]);
    assert_eq!(found, Some(active), "{fault}");
}

/// After the reset a read is as good as any, and the service tells it.
async fn assert_gone(target: &Target, running: &Running, fault: &str) {
    assert_eq!(target.faults("DELETE", "").await.status, 204);
    assert_active(target, fault, 0.0).await;
    let (counted, lines) = told(target).await;
    let mut client = running.connect().await;
    client.request("GET", KEY).await;
    client.read_until(VALUE).await.expect("an answer");
    let text = client.text();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.contains("content-length: 10\r\n"), "{text}");
    assert!(text.ends_with(&format!("\r\n\r\n{VALUE}")), "{text}");
    assert!(client.is_silent().await);
    assert_eq!(told(target).await, (counted + 1.0, lines + 1));
}

#[tokio::test]
async fn a_reset_reaches_the_client_and_nothing_else() {
    let (target, running) = serve().await;
    set_outer(&target, json!({"reset_ratio": 1})).await;
    assert_active(&target, "outer_reset", 1.0).await;
    let (text, end) = running.exchange("GET", KEY).await;
    let error = end.expect_err("a reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(text, "");
    assert_eq!(told(&target).await, (0.0, 0));
    assert_gone(&target, &running, "outer_reset").await;
}

#[tokio::test]
async fn a_dropped_request_ends_in_an_orderly_close_without_an_answer() {
    let (target, running) = serve().await;
    set_outer(&target, json!({"drop_ratio": 1})).await;
    assert_active(&target, "outer_drop", 1.0).await;
    let (text, end) = running.exchange("GET", KEY).await;
    end.expect("an orderly end");
    assert_eq!(text, "");
    assert_eq!(told(&target).await, (0.0, 0));
    assert_gone(&target, &running, "outer_drop").await;
}

#[tokio::test]
async fn a_dropped_write_is_not_stored() {
    let (target, running) = serve().await;
    let rule = json!({"route": ENTRY, "method": "PUT", "drop_ratio": 1});
    target.set_faults(json!({"outer": [rule]})).await;
    let mut client = running.connect().await;
    client
        .write("PUT /v1/kv/b HTTP/1.1\r\nhost: target\r\ncontent-length: 5\r\n\r\nvalue")
        .await;
    client.read_to_end().await.expect("an orderly end");
    assert_eq!(client.text(), "");
    assert_eq!(target.get("/v1/kv/b").await.status, 404);
}

#[tokio::test]
async fn a_truncated_answer_promises_more_than_it_gives() {
    for (rule, left) in [
        (json!({"truncate_ratio": 1}), "01234"),
        (json!({"truncate_ratio": 1, "truncate_after": 0}), ""),
        (json!({"truncate_ratio": 1, "truncate_after": 3}), "012"),
        (
            json!({"truncate_ratio": 1, "truncate_after": 1000}),
            "012345678",
        ),
    ] {
        let (target, running) = serve().await;
        set_outer(&target, rule).await;
        assert_active(&target, "outer_truncate", 1.0).await;
        let (text, end) = running.exchange("GET", KEY).await;
        end.expect("an orderly end");
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        assert!(text.contains("content-length: 10\r\n"), "{text}");
        assert!(text.ends_with(&format!("\r\n\r\n{left}")), "{text}");
        assert_eq!(told(&target).await, (1.0, 1), "as if all were well");
        assert_gone(&target, &running, "outer_truncate").await;
    }
}

#[tokio::test]
async fn a_content_length_too_great_leaves_the_client_waiting() {
    let (target, running) = serve().await;
    set_outer(&target, json!({"wrong_length_ratio": 1})).await;
    assert_active(&target, "outer_wrong_length", 1.0).await;
    let mut client = running.connect().await;
    client.request("GET", KEY).await;
    client.read_until(VALUE).await.expect("an answer");
    let text = client.text();
    assert!(text.contains("content-length: 11\r\n"), "{text}");
    assert!(client.is_silent().await, "neither a byte nor an end");
    assert_eq!(told(&target).await, (1.0, 1), "as if all were well");
    tokio::time::pause();
    client.read_to_end().await.expect("an end after 10 s");
    tokio::time::resume();
    assert_eq!(client.text(), text, "not a byte more");
    assert_gone(&target, &running, "outer_wrong_length").await;
}

#[tokio::test]
async fn a_content_length_too_small_spoils_the_next_answer() {
    let (target, running) = serve().await;
    let rule = json!({"wrong_length_ratio": 1, "wrong_length_by": -4});
    set_outer(&target, rule).await;
    let mut client = running.connect().await;
    client.request("GET", KEY).await;
    client.read_until("6789").await.expect("an answer");
    let text = client.text();
    assert!(text.contains("content-length: 6\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n0123456789"), "{text}");
    client.forget();
    client.request("GET", KEY).await;
    client.read_until("6789").await.expect("an answer");
    assert!(
        client.text().starts_with("HTTP/1.1 200"),
        "the connection lives"
    );
    assert_eq!(told(&target).await, (2.0, 2), "as if all were well");
    assert_gone(&target, &running, "outer_wrong_length").await;
}

#[tokio::test]
async fn answers_without_a_body_are_not_damaged() {
    let (target, running) = serve().await;
    let damage = json!({"truncate_ratio": 1, "wrong_length_ratio": 1});
    for method in ["PUT", "HEAD"] {
        let mut rule = damage.clone();
        rule["route"] = json!(ENTRY);
        rule["method"] = json!(method);
        target.set_faults(json!({"outer": [rule]})).await;
        let mut client = running.connect().await;
        for _ in 0..2 {
            client.forget();
            client.request(method, KEY).await;
            client.read_until("\r\n\r\n").await.expect("an answer");
        }
    }
}

#[tokio::test]
async fn the_same_seed_and_order_give_the_same_decisions_on_the_wire() {
    let mut rounds = Vec::new();
    for _ in 0..2 {
        let (target, running) = serve().await;
        let rule = json!({
            "reset_ratio": 0.2, "drop_ratio": 0.2, "truncate_ratio": 0.2, "error_ratio": 0.2,
        });
        set_outer(&target, rule).await;
        let mut seen = Vec::new();
        for _ in 0..40 {
            let mut client = running.connect().await;
            client
                .write(&format!(
                    "GET {KEY} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n"
                ))
                .await;
            let end = client.read_to_end().await;
            let text = client.text();
            let status = text.split(' ').nth(1).map(ToOwned::to_owned);
            let body = text.split("\r\n\r\n").nth(1).map(str::len);
            seen.push((end.map_err(|error| error.kind()), status, body));
        }
        rounds.push(seen);
    }
    assert_eq!(rounds[0], rounds[1]);
    let different: std::collections::HashSet<String> =
        rounds[0].iter().map(|seen| format!("{seen:?}")).collect();
    assert_eq!(different.len(), 5, "each fault and none: {different:?}");
}
