//! Limits of the connections, seen from the client's end of the wire.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::Duration,
};

use axum::{Extension, Router, routing::get};
use target_service::{
    profile::Profile,
    server::{Limits, Wire},
};

use super::support::{Parts, Program, Running, Scrape, Target, kv_in_memory, program, raw_http};

const OK: &str = r#"{"status":"ok"}"#;

fn limited_to(connections: usize) -> Target {
    let mut parts = Parts::kv();
    parts.common.max_connections = connections;
    parts.target(kv_in_memory())
}

#[tokio::test]
async fn a_client_beyond_the_limit_waits_until_another_leaves() {
    let target = limited_to(2);
    let running = Running::of(&target).await;
    let mut first = running.connect().await;
    first.request("GET", "/livez").await;
    first.read_until(OK).await.expect("an answer");
    let mut second = running.connect().await;
    second.request("GET", "/livez").await;
    second.read_until(OK).await.expect("an answer");

    let mut third = running.connect().await;
    third.request("GET", "/livez").await;
    assert!(third.is_silent().await);
    let full = target.scrape().await;
    assert_eq!(full.value("http_connections_active", &[]), Some(2.0));
    assert_eq!(full.value("http_connections_limited_total", &[]), Some(1.0));
    second.forget();
    second.request("GET", "/livez").await;
    second.read_until(OK).await.expect("served as before");

    drop(first);
    third.read_until(OK).await.expect("its turn");
    assert_eq!(
        target.scrape().await.value("http_connections_active", &[]),
        Some(2.0)
    );
}

#[tokio::test]
async fn an_overlong_head_is_answered_431_and_a_long_one_is_not() {
    let target = Target::new();
    let running = Running::of(&target).await;
    for (bytes, status) in [(30 * 1024, "200"), (33 * 1024, "431"), (500 * 1024, "431")] {
        let mut client = running.connect().await;
        let header = "x".repeat(bytes);
        let head = format!(
            "GET /livez HTTP/1.1\r\nhost: target\r\nconnection: close\r\nx: {header}\r\n\r\n"
        );
        // The server may close before it has all of it.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut client.stream, head.as_bytes()).await;
        let _ = client.read_until("\r\n\r\n").await;
        let answer = client.text();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{bytes}: {answer}"
        );
    }
}

#[tokio::test]
async fn too_many_headers_are_answered_431() {
    let running_target = Target::new();
    let running = Running::of(&running_target).await;
    let mut client = running.connect().await;
    let headers = "a: b\r\n".repeat(101);
    client
        .write(&format!("GET /livez HTTP/1.1\r\n{headers}\r\n"))
        .await;
    client.read_to_end().await.expect("an orderly end");
    assert!(
        client.text().starts_with("HTTP/1.1 431"),
        "{}",
        client.text()
    );
}

#[tokio::test]
async fn a_trickled_head_ends_its_connection_and_a_pause_between_requests_does_not() {
    let target = Target::new();
    let limits = Limits {
        head_time: Duration::from_millis(100),
        idle_time: Duration::from_mins(10),
        ..Limits::default()
    };
    let running = Running::start(&target, Duration::from_mins(1), limits).await;
    let mut silent = running.connect().await;
    let mut patient = running.connect().await;
    patient.request("GET", "/livez").await;
    patient.read_until(OK).await.expect("an answer");

    let mut trickling = running.connect().await;
    trickling.write("GET /livez HTTP/1.1\r\nhost:").await;
    trickling.read_to_end().await.expect("an orderly end");
    assert_eq!(trickling.text(), "");
    silent.read_to_end().await.expect("an orderly end");

    assert!(patient.is_silent().await, "longer than the limit of a head");
    patient.write("GET /livez HT").await;
    patient.forget();
    patient.read_to_end().await.expect("an orderly end");
    assert_eq!(patient.text(), "", "a second head has the same limit");
}

#[tokio::test]
async fn an_idle_connection_ends() {
    let target = Target::new();
    let limits = Limits {
        idle_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let running = Running::start(&target, Duration::from_mins(1), limits).await;
    let mut client = running.connect().await;
    client.request("GET", "/livez").await;
    client.read_to_end().await.expect("an orderly end");
    assert!(client.text().ends_with(OK), "{}", client.text());
}

#[tokio::test]
async fn a_client_that_never_reads_loses_its_connection() {
    let mut parts = Parts::kv();
    parts.common.max_connections = 1;
    let target = parts.target(kv_in_memory());
    assert_eq!(
        target
            .send("PUT", "/v1/kv/a", "v".repeat(65_536))
            .await
            .status,
        204
    );
    let limits = Limits {
        stall_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let running = Running::start(&target, Duration::from_mins(1), limits).await;
    let mut greedy = running.connect().await;
    // More than the system takes off the server's hands.
    let reads = "GET /v1/kv/a HTTP/1.1\r\nhost: target\r\n\r\n".repeat(500);
    greedy.write(&reads).await;
    let mut next = running.connect().await;
    next.request("GET", "/livez").await;
    next.read_until(OK).await.expect("its turn");
}

#[tokio::test]
async fn a_request_knows_the_address_of_its_client() {
    async fn peer(Extension(wire): Extension<Wire>) -> String {
        wire.peer().to_string()
    }
    let target = Parts::kv().target(Profile::of(Router::new().route("/v1/kv", get(peer))));
    let running = Running::of(&target).await;
    let mut client = running.connect().await;
    let own = client.stream.local_addr().expect("an address").to_string();
    client.request("GET", "/v1/kv").await;
    client.read_until(&own).await.expect("its own address");
}

#[test]
fn a_want_of_file_descriptors_is_counted_and_survived() {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 32 && exec \"$0\" \"$@\""])
        .arg(program().get_program())
        .args(["--listen", "127.0.0.1:0", "--database", "memory"]);
    let service = Program::of(&mut limited);
    let address = service.address;

    let mut early = TcpStream::connect(address).expect("a connection");
    let mut errors = || {
        early
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: target\r\naccept: application/openmetrics-text\r\n\r\n")
            .expect("a connection");
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while !answer.ends_with(b"# EOF\n") {
            let read = early.read(&mut buffer).expect("an answer");
            assert_ne!(read, 0, "closed");
            answer.extend_from_slice(&buffer[..read]);
        }
        let answer = String::from_utf8(answer).expect("UTF-8");
        let (_head, body) = answer.split_once("\r\n\r\n").expect("a head");
        Scrape::parse(body).value("http_accept_errors_total", &[])
    };
    assert_eq!(errors(), Some(0.0));
    let many: Vec<TcpStream> = (0..40)
        .map(|_| TcpStream::connect(address).expect("queued by the system"))
        .collect();
    // Each round is a round trip; the error comes within a few.
    assert!((0..1000).any(|_| errors() > Some(0.0)));
    drop(many);
    let (status, _) = raw_http(address, "GET", "/livez", "").expect("an answer");
    assert_eq!(status, 200);
}
