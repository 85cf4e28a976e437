//! What goes through unchanged, and the little that does not.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    running::{Sidecar, builtin, settings},
    upstream::Upstream,
    wire,
};

async fn pair() -> (Upstream, Sidecar) {
    let upstream = Upstream::honest().await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    (upstream, sidecar)
}

#[tokio::test]
async fn an_answer_through_the_sidecar_is_the_answer_without_it() {
    let (upstream, sidecar) = pair().await;
    let mut requests = Vec::new();
    for path in [
        "/chunks",
        "/trailers",
        "/headers",
        "/empty",
        "/ignores-body",
    ] {
        for method in ["GET", "HEAD", "POST", "DELETE", "PATCH", "BREW"] {
            requests.push(wire::request(method, path, "", b""));
        }
        requests.push(wire::request("GET", path, "te: trailers\r\n", b""));
        requests.push(wire::request("PUT", path, "", b"a body"));
    }
    for code in [
        200, 201, 202, 204, 205, 206, 301, 302, 304, 307, 400, 401, 404, 405, 409, 410,
    ] {
        requests.push(wire::request("GET", &format!("/status/{code}"), "", b""));
        requests.push(wire::request("HEAD", &format!("/status/{code}"), "", b""));
    }
    for code in [418, 422, 429, 451, 500, 501, 502, 503, 504, 511, 599, 799] {
        requests.push(wire::request("POST", &format!("/status/{code}"), "", b"x"));
    }
    let chunked = "transfer-encoding: chunked\r\n";
    let body = b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n";
    for method in ["GET", "POST"] {
        let mut request = wire::request(method, "/stream", chunked, b"");
        request.extend_from_slice(body);
        requests.push(request);
    }
    requests.push(wire::request(
        "POST",
        "/stream",
        "expect: 100-continue\r\n",
        b"x",
    ));
    requests.push(b"GET /headers HTTP/1.0\r\n\r\n".to_vec());
    let total = requests.len();
    for request in requests {
        let direct = wire::bytes(upstream.address, &request)
            .await
            .expect("an answer");
        let through = wire::bytes(sidecar.address, &request)
            .await
            .expect("an answer");
        // Interim answers are the hop's own business.
        let final_of = |answer: &[u8]| match answer.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n") {
            Some(rest) => wire::parse(rest).lasting(),
            None => wire::parse(answer).lasting(),
        };
        let shown = String::from_utf8_lossy(&request);
        assert_eq!(final_of(&through), final_of(&direct), "{shown}");
    }
    let scrape = sidecar.scrape().await;
    let forwarded = scrape.sum("sidecar_requests_total", &[("outcome", "forwarded")]);
    assert_eq!(forwarded, total as f64);
}

#[tokio::test]
async fn method_path_query_headers_and_body_arrive_as_they_were_sent() {
    let (upstream, sidecar) = pair().await;
    let headers =
        "x-end: 1\r\nx-end: 2\r\ncookie: a=b\r\nauthorization: Bearer t\r\naccept: */*\r\n";
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/?"),
        ("GET", "//double//slash/"),
        ("GET", "/a/../b/./c"),
        ("GET", "/%2e%2e/%ff%20?q=%20+&q=2&empty="),
        ("OPTIONS", "/kv?x={y}"),
        ("DELETE", "/livez"),
        ("GET", "/metrics"),
        ("BREW", "/readyz"),
        ("POST", "/proxy/more"),
    ] {
        let request = wire::request(method, target, headers, b"a body");
        let arrived = |text: &str| serde_json::from_str::<Value>(text).expect("an echo");
        let direct = arrived(wire::reply(upstream.address, &request).await.text());
        let mut through = arrived(wire::reply(sidecar.address, &request).await.text());
        let hop = through["headers"].as_object_mut().expect("headers");
        assert!(hop.remove("via").is_some());
        assert!(hop.remove("traceparent").is_some());
        let mut expected = direct;
        // It is the hop's: each side decides for its own connection.
        let own = expected["headers"].as_object_mut().expect("headers");
        assert!(own.remove("connection").is_some());
        assert_eq!(through, expected, "{method} {target}");
        assert_eq!(through["headers"]["host"], json!(["shop.example"]));
    }
}

#[tokio::test]
async fn the_path_proxy_is_the_root_of_the_upstream() {
    let (_upstream, sidecar) = pair().await;
    let echo = wire::get(sidecar.address, "/proxy?a=1").await;
    assert!(
        echo.text().contains(r#""target":"/?a=1""#),
        "{}",
        echo.text()
    );
}

#[tokio::test]
async fn a_base_path_stands_before_every_path() {
    let upstream = Upstream::honest().await;
    let mut settings = settings(upstream.address);
    if let target_service::sidecar::UpstreamAddress::Url(url) = &mut settings.upstream {
        url.text.push_str("/base");
    }
    let sidecar = Sidecar::start(&settings).await;
    let echo = wire::get(sidecar.address, "/a?b").await;
    assert!(
        echo.text().contains(r#""target":"/base/a?b""#),
        "{}",
        echo.text()
    );
}

#[tokio::test]
async fn headers_of_the_hop_stay_on_the_hop() {
    let answer = b"HTTP/1.1 200 OK\r\nconnection: x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=5\r\n\
        x-end: 1\r\ncontent-length: 2\r\n\r\nok";
    let upstream = Upstream::saying(answer, true).await;
    let sidecar = Sidecar::start(&settings(upstream.address)).await;
    let reply = wire::get(sidecar.address, "/").await;
    assert_eq!(reply.header("x-end"), Some("1"));
    assert_eq!(reply.header("x-hop"), None);
    assert_eq!(reply.header("keep-alive"), None);
    assert_eq!(reply.text(), "ok");
}

#[tokio::test]
async fn interim_answers_and_old_versions_of_the_upstream_end_at_the_sidecar() {
    for (answer, body) in [
        (
            &b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"[..],
            "ok",
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"),
    ] {
        let upstream = Upstream::saying(answer, false).await;
        let sidecar = Sidecar::start(&settings(upstream.address)).await;
        let reply = wire::get(sidecar.address, "/").await;
        assert_eq!(reply.line, "HTTP/1.1 200 OK");
        assert_eq!(reply.text(), body);
    }
}

#[tokio::test]
async fn the_trace_goes_on_with_the_span_of_this_hop() {
    let (_upstream, sidecar) = pair().await;
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = format!("traceparent: 00-{trace_id}-00f067aa0ba902b7-01\r\ntracestate: v=1\r\n");
    let request = wire::request("GET", "/", &headers, b"");
    let reply = wire::reply(sidecar.address, &request).await;
    let echo: Value = serde_json::from_str(reply.text()).expect("an echo");
    let forwarded = echo["headers"]["traceparent"][0]
        .as_str()
        .expect("a header");
    assert_eq!(reply.header("traceparent"), Some(forwarded));
    let log = sidecar.log();
    let line = log
        .iter()
        .find(|line| line["msg"] == "request")
        .expect("a line");
    let span_id = line["span_id"].as_str().expect("an id");
    assert_eq!(forwarded, format!("00-{trace_id}-{span_id}-01"));
    assert_eq!(echo["headers"]["tracestate"], json!(["v=1"]));
}

#[tokio::test]
async fn upgrades_and_tunnels_are_refused() {
    let (_upstream, sidecar) = pair().await;
    let websocket =
        "GET /chat HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n";
    let reply = wire::reply(sidecar.address, websocket.as_bytes()).await;
    assert_eq!(reply.status(), 501);
    assert!(reply.text().contains("not forwarded"));
    // Both name no path, so no route matches.
    for target in ["CONNECT a:443", "OPTIONS *"] {
        let request = format!("{target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let reply = wire::reply(sidecar.address, request.as_bytes()).await;
        assert_eq!(reply.status(), 404, "{target}");
    }
    let http2 = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n";
    assert_eq!(
        wire::reply(sidecar.address, http2.as_bytes())
            .await
            .status(),
        200
    );
    assert_eq!(sidecar.outcome("refused").await, 1.0);
    assert_eq!(sidecar.outcome("forwarded").await, 1.0);
}

#[tokio::test]
async fn a_sidecar_before_itself_notices_and_one_before_another_does_not_mind() {
    let (_upstream, behind) = pair().await;
    let before = Sidecar::start(&settings(behind.address)).await;
    assert_eq!(wire::get(before.address, "/").await.status(), 200);

    let request = |via: &str| wire::request("GET", "/", &format!("via: {via}\r\n"), b"");
    let echo = wire::reply(behind.address, &request("1.1 other")).await;
    let echo: Value = serde_json::from_str(echo.text()).expect("an echo");
    let own = echo["headers"]["via"][1].as_str().expect("a hop");
    let reply = wire::reply(behind.address, &request(own)).await;
    assert_eq!(reply.status(), 508);
}

#[tokio::test]
async fn a_request_with_two_lengths_has_one_when_it_arrives() {
    let (_upstream, sidecar) = pair().await;
    let mut request = wire::request(
        "POST",
        "/",
        "transfer-encoding: chunked\r\ncontent-length: 3\r\n",
        b"",
    );
    request.extend_from_slice(b"2\r\nok\r\n0\r\n\r\n");
    let answer = wire::bytes(sidecar.address, &request)
        .await
        .expect("an answer");
    let reply = wire::parse(&answer);
    // Either is right (RFC 9112, 6.1); handing both on is not.
    if reply.status() != 400 {
        let echo: Value = serde_json::from_str(reply.text()).expect("an echo");
        assert_eq!(echo["body"], "ok");
        assert!(echo["headers"].get("content-length").is_none(), "{echo}");
    }
}

#[tokio::test]
async fn connections_are_kept_on_both_sides() {
    let sidecar = Sidecar::start(&builtin()).await;
    let mut stream = TcpStream::connect(sidecar.address)
        .await
        .expect("a connection");
    for n in 1..=3 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .expect("sent");
        let mut answer = Vec::new();
        let expected = format!("counter={n}");
        while !answer.ends_with(expected.as_bytes()) {
            answer.push(stream.read_u8().await.expect("the same connection"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_go_both_ways_at_the_same_time() {
    let (_upstream, sidecar) = pair().await;
    let mut transfers = tokio::task::JoinSet::new();
    for n in 0..4_u8 {
        let address = sidecar.address;
        transfers.spawn(async move {
            let body: Vec<u8> = (0..4_000_000_u32).map(|i| (i % 251) as u8 ^ n).collect();
            let headers = format!("content-length: {}\r\n", body.len());
            let head = wire::request("POST", "/stream", &headers, b"");
            let stream = TcpStream::connect(address).await.expect("a connection");
            let (mut reading, mut writing) = stream.into_split();
            let sent = body.clone();
            let upload = tokio::spawn(async move {
                writing.write_all(&head).await.expect("sent");
                writing.write_all(&sent).await.expect("sent");
                writing
            });
            let mut answer = Vec::new();
            reading.read_to_end(&mut answer).await.expect("an answer");
            let _writing = upload.await.expect("no panic");
            let reply = wire::parse(&answer);
            assert_eq!(reply.status(), 200);
            assert!(reply.body == body, "the body came back as it was sent");
        });
    }
    while let Some(transfer) = transfers.join_next().await {
        transfer.expect("no panic");
    }
}
