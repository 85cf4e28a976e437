//! Upstreams and clients that do not do their part.

use std::time::Duration;

use serde_json::{Value, json};
use target_service::sidecar::{DropMode, Settings};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    running::{Sidecar, eventually, settings},
    upstream::Upstream,
    wire::{self, Reply},
};

fn assert_failed(reply: &Reply, status: u16, error: &str, fault: Option<&str>) {
    let body: Value = serde_json::from_str(reply.text()).expect("JSON");
    assert_eq!((reply.status(), body), (status, json!({"error": error})));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("x-sidecar-fault"), fault);
}

fn impatient(settings: Settings) -> Settings {
    Settings {
        timeout: Duration::from_millis(50),
        ..settings
    }
}

#[tokio::test]
async fn an_upstream_that_refuses_or_breaks_off_is_a_502() {
    let closing = Upstream::closing().await;
    let nonsense = Upstream::saying(b"\x00\x01\x02 nonsense\r\n\r\n", false).await;
    for address in [Upstream::nobody().await, closing.address, nonsense.address] {
        let sidecar = Sidecar::start(&settings(address)).await;
        let request = wire::request("POST", "/", "", &vec![b'x'; 2_000_000]);
        let reply = wire::reply(sidecar.address, &request).await;
        assert_failed(&reply, 502, "upstream unreachable", Some("upstream_error"));
        assert_eq!(sidecar.outcome("upstream_error").await, 1.0);
        let log = sidecar.log();
        let line = log
            .iter()
            .find(|line| line["msg"] == "request")
            .expect("a line");
        assert_eq!(line["error"], "upstream_error");
        assert_eq!(line["outcome"], "upstream_error");
        assert!(line["upstream_ms"].is_number());
        assert!(line["cause"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn a_silent_upstream_is_a_504() {
    let upstream = Upstream::silent().await;
    let sidecar = Sidecar::start(&impatient(settings(upstream.address))).await;
    let request = wire::request("POST", "/", "", b"x");
    let reply = wire::reply(sidecar.address, &request).await;
    assert_failed(&reply, 504, "upstream timeout", Some("upstream_timeout"));
    assert_eq!(sidecar.outcome("upstream_timeout").await, 1.0);
    let scrape = sidecar.scrape().await;
    assert_eq!(scrape.value("sidecar_upstream_up", &[]), Some(0.0));
}

/// A client that has announced four bytes to an upstream that waits for them, on a clock that runs only
/// while everybody waits.
async fn announced(sidecar: &Sidecar) -> TcpStream {
    let mut stream = TcpStream::connect(sidecar.address)
        .await
        .expect("a connection");
    let head = wire::request("POST", "/", "content-length: 4\r\n", b"");
    stream.write_all(&head).await.expect("sent");
    eventually(async || sidecar.in_flight() == 1).await;
    tokio::time::pause();
    stream
}

async fn rest(mut stream: TcpStream) -> Reply {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    wire::parse(&answer)
}

#[tokio::test]
async fn a_slow_client_is_not_taken_for_a_slow_upstream() {
    let upstream = Upstream::honest().await;
    let mut settings = settings(upstream.address);
    settings.timeout = Duration::from_secs(5);
    let sidecar = Sidecar::start(&settings).await;
    let mut stream = announced(&sidecar).await;
    for byte in b"slow" {
        tokio::time::sleep(Duration::from_secs(8)).await;
        stream.write_all(&[*byte]).await.expect("sent");
    }
    let reply = rest(stream).await;
    assert_eq!(reply.status(), 200);
    assert!(
        reply.text().contains(r#""body":"slow""#),
        "{}",
        reply.text()
    );
    assert_eq!(sidecar.outcome("upstream_timeout").await, 0.0);
}

#[tokio::test]
async fn a_client_that_never_sends_what_it_announced_is_told_so() {
    let upstream = Upstream::honest().await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    let mut stream = announced(&sidecar).await;
    stream.write_all(b"st").await.expect("sent");
    let reply = rest(stream).await;
    assert_failed(&reply, 408, "request body did not arrive in time", None);
    assert_eq!(sidecar.outcome("refused").await, 1.0);
    assert_eq!(sidecar.outcome("upstream_timeout").await, 0.0);
}

#[tokio::test]
async fn a_client_that_breaks_its_framing_is_told_so() {
    let upstream = Upstream::silent().await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    let mut request = wire::request("POST", "/", "transfer-encoding: chunked\r\n", b"");
    request.extend_from_slice(b"no hex\r\n");
    let reply = wire::reply(sidecar.address, &request).await;
    assert_failed(&reply, 400, "request body could not be read", None);
    assert_eq!(sidecar.outcome("refused").await, 1.0);
}

#[tokio::test]
async fn a_client_that_leaves_is_counted_and_the_upstream_is_let_go() {
    let upstream = Upstream::silent().await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    let mut stream = TcpStream::connect(sidecar.address)
        .await
        .expect("a connection");
    let request = b"GET /secret?q=secret HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    eventually(async || sidecar.in_flight() == 1).await;
    drop(stream);
    sidecar.counted("client_gone", 1.0).await;
    let log = sidecar.log();
    let line = log
        .iter()
        .find(|line| line["msg"] == "no answer")
        .expect("a line");
    assert_eq!(line["outcome"], "client_gone");
    assert!(line["trace_id"].is_string());
    assert!(!line.to_string().contains("secret"), "{line}");
}

#[tokio::test]
async fn an_answer_that_the_upstream_cuts_short_is_cut_short() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let upstream = Upstream::saying(answer, false).await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    let request = wire::request("GET", "/", "", b"");
    // The four bytes may or may not have left before the connection ends; ten never come.
    let seen = wire::bytes(sidecar.address, &request).await;
    if let Ok(seen) = seen
        && !seen.is_empty()
    {
        assert!(wire::parse(&seen).body.len() <= 4);
    }
    let cut = async |side| {
        let scrape = sidecar.scrape().await;
        scrape.value("sidecar_answers_cut_total", &[("side", side)])
    };
    eventually(async || cut("upstream").await == Some(1.0)).await;
    assert_eq!(cut("client").await, Some(0.0));
}

#[tokio::test]
async fn an_answer_that_the_client_does_not_wait_for_is_counted() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let upstream = Upstream::saying(answer, true).await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    let mut stream = TcpStream::connect(sidecar.address)
        .await
        .expect("a connection");
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    stream.read_u8().await.expect("a first byte");
    drop(stream);
    let cut = async |side| {
        let scrape = sidecar.scrape().await;
        scrape.value("sidecar_answers_cut_total", &[("side", side)])
    };
    eventually(async || cut("client").await == Some(1.0)).await;
    assert_eq!(cut("upstream").await, Some(0.0));
}

#[tokio::test]
async fn readiness_and_the_gauge_follow_the_upstream_down_and_up() {
    let mut upstream = Upstream::honest().await;
    let address = upstream.address;
    let sidecar = Sidecar::start(&settings(address)).await;
    let up = async || sidecar.scrape().await.value("sidecar_upstream_up", &[]);
    for _ in 0..2 {
        eventually(async || up().await == Some(1.0)).await;
        assert_eq!(sidecar.admin("/readyz").await.0, 200);
        assert_eq!(wire::get(sidecar.address, "/").await.status(), 200);
        drop(upstream);
        eventually(async || up().await == Some(0.0)).await;
        let not_ready = json!({"status": "not_ready", "reason": "upstream_unreachable"});
        let (status, body) = sidecar.admin("/readyz").await;
        assert_eq!((status, body), (503, not_ready.to_string()));
        assert_eq!(sidecar.admin("/livez").await.0, 200);
        assert_eq!(wire::get(sidecar.address, "/").await.status(), 502);
        upstream = Upstream::at(address).await;
    }
    drop(upstream);
}

#[tokio::test]
async fn every_request_ends_in_exactly_one_way() {
    let upstream = Upstream::moody().await;
    let mut settings = impatient(settings(upstream.address));
    settings.drops.ratio = 0.2;
    settings.drops.mode = DropMode::GatewayTimeout;
    settings.delays.ratio = 0.2;
    settings.delays.middle = Duration::from_millis(1);
    let sidecar = Sidecar::start(&settings).await;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let address = sidecar.address;
        clients.spawn(async move {
            let mut statuses = Vec::new();
            for _ in 0..25 {
                let reply = wire::get(address, "/").await;
                let fault = reply.header("x-sidecar-fault").unwrap_or("none");
                statuses.push((reply.status(), fault.to_owned()));
            }
            statuses
        });
    }
    let seen: Vec<(u16, String)> = clients.join_all().await.concat();
    let scrape = sidecar.scrape().await;
    let counted = |labels: &[_]| scrape.sum("sidecar_requests_total", labels);
    assert_eq!(counted(&[]), 200.0);
    for (outcome, status) in [
        ("dropped", 504),
        ("upstream_timeout", 504),
        ("upstream_error", 502),
    ] {
        let expected = seen
            .iter()
            .filter(|s| s.0 == status && s.1 == outcome)
            .count();
        assert!(expected > 0, "{outcome}");
        assert_eq!(
            counted(&[("outcome", outcome)]),
            expected as f64,
            "{outcome}"
        );
    }
    let forwarded = seen.iter().filter(|s| s.0 == 200).count();
    assert_eq!(counted(&[("outcome", "forwarded")]), forwarded as f64);
    for outcome in ["forwarded", "dropped", "upstream_timeout", "upstream_error"] {
        let observed = scrape.sum(
            "sidecar_request_duration_seconds_count",
            &[("outcome", outcome)],
        );
        assert_eq!(observed, counted(&[("outcome", outcome)]), "{outcome}");
    }
    let http = scrape.sum("http_requests_total", &[("route", "/{*path}")]);
    assert_eq!(http, 200.0);
}
