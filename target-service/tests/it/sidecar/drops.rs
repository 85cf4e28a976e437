//! What is done to requests on purpose.

use std::{net::SocketAddr, time::Duration};

use target_service::{
    config::Defects,
    server::Ended,
    sidecar::{DropMode, Settings},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    running::{Sidecar, builtin, eventually, settings},
    upstream::Upstream,
    wire,
};

fn dropping(ratio: f64, mode: DropMode) -> Settings {
    let mut settings = builtin();
    settings.drops.ratio = ratio;
    settings.drops.mode = mode;
    settings
}

/// The statuses of `n` requests, one after the other, over one connection.
async fn statuses(address: SocketAddr, n: usize) -> Vec<u16> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let mut statuses = Vec::new();
    for _ in 0..n {
        let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        stream.write_all(request).await.expect("sent");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a head"));
        }
        let reply = wire::parse(&head);
        let length = reply.header("content-length").expect("a length");
        let mut body = vec![0; length.parse().expect("a number")];
        stream.read_exact(&mut body).await.expect("a body");
        statuses.push(reply.status());
    }
    statuses
}

#[tokio::test]
async fn of_a_thousand_requests_at_20_percent_between_175_and_225_are_dropped_and_a_seed_repeats_them()
 {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let settings = dropping(0.2, DropMode::GatewayTimeout);
        let sidecar = Sidecar::with(&settings, Defects::default(), seed).await;
        let statuses = statuses(sidecar.address, 1_000).await;
        let seen = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        let (dropped, forwarded) = (seen(504), seen(200));
        assert!((175..=225).contains(&dropped), "{dropped}");
        assert_eq!(dropped + forwarded, 1_000);
        let scrape = sidecar.scrape().await;
        let counted = |labels: &[_]| scrape.sum("sidecar_requests_total", labels);
        assert_eq!(counted(&[]), 1_000.0);
        assert_eq!(
            counted(&[("outcome", "dropped"), ("status", "504")]),
            dropped as f64
        );
        assert_eq!(counted(&[("outcome", "forwarded")]), forwarded as f64);
        let kind = [("kind", "gateway-timeout")];
        let injected = scrape.value("sidecar_faults_injected_total", &kind);
        assert_eq!(injected, Some(dropped as f64));
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_gateway_timeout_is_empty_marked_and_not_known_to_the_upstream() {
    let sidecar = Sidecar::start(&dropping(1.0, DropMode::GatewayTimeout)).await;
    let request = wire::request("POST", "/", "", &vec![b'x'; 3_000_000]);
    let reply = wire::reply(sidecar.address, &request).await;
    assert_eq!((reply.status(), reply.body.len()), (504, 0));
    assert_eq!(reply.header("x-sidecar-fault"), Some("dropped"));
    let scrape = sidecar.scrape().await;
    assert_eq!(
        scrape.value("sidecar_upstream_duration_seconds_count", &[]),
        Some(0.0)
    );
    let log = sidecar.log();
    let line = log
        .iter()
        .find(|line| line["msg"] == "request")
        .expect("a line");
    assert_eq!(line["outcome"], "dropped");
    assert_eq!(line["status"], 504);
    assert_eq!(line["note"], "injected gateway timeout");
    assert!(line.get("upstream_ms").is_none(), "absent is not zero");
}

#[tokio::test]
async fn a_dropped_request_waits_as_long_as_told() {
    let mut settings = dropping(1.0, DropMode::GatewayTimeout);
    settings.drops.delay = Duration::from_mins(2);
    let sidecar = Sidecar::start(&settings).await;
    let began = tokio::time::Instant::now();
    let request = wire::get(sidecar.address, "/");
    let mut request = std::pin::pin!(request);
    // Until the request is under way the clock must be the real one: sockets do not know the other.
    tokio::select! {
        biased;
        _ = &mut request => unreachable!("two minutes have not passed"),
        () = eventually(async || sidecar.in_flight() == 1) => {}
    }
    tokio::time::pause();
    let reply = request.await;
    assert_eq!(reply.status(), 504);
    assert!(began.elapsed() >= Duration::from_mins(2));
}

#[tokio::test]
async fn a_reset_breaks_the_connection_and_is_no_status() {
    let sidecar = Sidecar::start(&dropping(1.0, DropMode::Reset)).await;
    for _ in 0..3 {
        let request = wire::request("GET", "/", "", b"");
        let error = wire::bytes(sidecar.address, &request).await;
        let error = error.expect_err("no orderly end");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    sidecar.counted("dropped", 3.0).await;
    let scrape = sidecar.scrape().await;
    let unanswered = [("outcome", "dropped"), ("status", "none")];
    assert_eq!(scrape.sum("sidecar_requests_total", &unanswered), 3.0);
    assert_eq!(scrape.sum("sidecar_requests_total", &[]), 3.0);
    assert_eq!(scrape.sum("http_requests_total", &[]), 0.0);
    assert_eq!(scrape.sum("http_requests_aborted_total", &[]), 3.0);
    let kind = [("kind", "reset")];
    assert_eq!(
        scrape.value("sidecar_faults_injected_total", &kind),
        Some(3.0)
    );
    let log = sidecar.log();
    let told = log.iter().filter(|line| line["msg"] == "no answer");
    assert_eq!(told.filter(|line| line["outcome"] == "dropped").count(), 3);
}

#[tokio::test]
async fn a_hanging_request_ends_with_its_client() {
    let sidecar = Sidecar::start(&dropping(1.0, DropMode::Hang)).await;
    let get = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n".to_vec();
    let post = wire::request("POST", "/", "", &vec![b'x'; 3_000_000]);
    for (n, request) in [(1.0, get), (2.0, post)] {
        let mut stream = TcpStream::connect(sidecar.address)
            .await
            .expect("a connection");
        stream.write_all(&request).await.expect("sent");
        eventually(async || sidecar.in_flight() == 1).await;
        let scrape = sidecar.scrape().await;
        let injected = scrape.value("sidecar_faults_injected_total", &[("kind", "hang")]);
        assert_eq!(injected, Some(n));
        assert_eq!(scrape.sum("sidecar_requests_total", &[]), n - 1.0);
        drop(stream);
        sidecar.counted("dropped", n).await;
        eventually(async || sidecar.in_flight() == 0).await;
    }
    assert_eq!(sidecar.outcome("client_gone").await, 0.0);
}

#[tokio::test]
async fn hanging_requests_do_not_keep_the_process() {
    let sidecar = Sidecar::start(&dropping(1.0, DropMode::Hang)).await;
    let mut stream = TcpStream::connect(sidecar.address)
        .await
        .expect("a connection");
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    eventually(async || sidecar.in_flight() == 1).await;
    assert_eq!(sidecar.stop().await, Ended::Drained);
    let mut nothing = Vec::new();
    let read = stream.read_to_end(&mut nothing).await;
    assert!(read.is_err() || nothing.is_empty());
}

#[tokio::test]
async fn delayed_requests_are_marked_forwarded_and_counted() {
    let upstream = Upstream::honest().await;
    let mut settings = settings(upstream.address);
    settings.delays.ratio = 0.5;
    settings.delays.middle = Duration::from_millis(2);
    settings.delays.jitter = Duration::from_millis(2);
    let sidecar = Sidecar::start(&settings).await;
    let mut marked = 0;
    for _ in 0..100 {
        let reply = wire::get(sidecar.address, "/").await;
        assert_eq!(reply.status(), 200);
        match reply.header("x-sidecar-fault") {
            Some("delayed") => marked += 1,
            other => assert_eq!(other, None),
        }
    }
    assert!((30..=70).contains(&marked), "{marked}");
    let scrape = sidecar.scrape().await;
    let kind = [("kind", "delay")];
    let injected = scrape.value("sidecar_faults_injected_total", &kind);
    assert_eq!(injected, Some(f64::from(marked)));
    assert_eq!(sidecar.outcome("forwarded").await, 100.0);
    let log = sidecar.log();
    let note = |line: &&serde_json::Value| {
        let note = line["note"].as_str();
        note.is_some_and(|note| note.starts_with("injected delay "))
    };
    assert_eq!(log.iter().filter(note).count(), marked as usize);
}
