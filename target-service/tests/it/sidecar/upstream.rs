//! Upstreams: one that shows what reached it, and ones that misbehave in one way each.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http_body::Frame;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Ends with the test, also when it fails.
pub(super) struct Upstream {
    pub(super) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Upstream {
    /// Answers by path; see [`router`].
    pub(super) async fn honest() -> Self {
        Self::on(listen().await.0)
    }

    /// The same where another one was.
    pub(super) async fn at(address: SocketAddr) -> Self {
        Self::on(TcpListener::bind(address).await.expect("the same port"))
    }

    fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            axum::serve(listener, router()).await.expect("serving");
        });
        Self { address, serving }
    }

    /// By turns answers, breaks off and stays silent.
    pub(super) async fn moody() -> Self {
        let turn = Arc::new(AtomicUsize::new(0));
        Self::each(move |mut stream| {
            let turn = turn.fetch_add(1, Ordering::Relaxed) % 10;
            async move {
                read_head(&mut stream).await;
                let close = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
                match turn {
                    0 => {}
                    1 => std::future::pending().await,
                    _ => drop(stream.write_all(close).await),
                }
            }
        })
        .await
    }

    /// Reads one head per connection and writes `answer`, then keeps the connection or closes it.
    pub(super) async fn saying(answer: &'static [u8], keep: bool) -> Self {
        Self::each(move |mut stream| async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(answer).await;
            if keep {
                std::future::pending::<()>().await;
            }
        })
        .await
    }

    /// Takes connections and closes them after the head, unanswered.
    pub(super) async fn closing() -> Self {
        Self::saying(b"", false).await
    }

    /// Takes requests and never answers.
    pub(super) async fn silent() -> Self {
        Self::saying(b"", true).await
    }

    /// An address where nobody listens.
    pub(super) async fn nobody() -> SocketAddr {
        listen().await.1
    }

    async fn each<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (listener, address) = listen().await;
        let serving = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream));
            }
        });
        Self { address, serving }
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

async fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}

fn router() -> Router {
    Router::new()
        .route("/status/{code}", any(status))
        .route("/stream", any(async |request: Request| request.into_body()))
        .route("/chunks", any(chunks))
        .route("/trailers", get(trailers))
        .route("/headers", get(headers))
        .route("/empty", any(async || ""))
        .route("/ignores-body", any(async || "not read"))
        .fallback(echo)
}

/// What reached the upstream: method, target, headers, body.
async fn echo(request: Request) -> Json<Value> {
    let (head, body) = request.into_parts();
    let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &head.headers {
        let value = value.to_str().unwrap_or("not ASCII");
        headers.entry(name.as_str()).or_default().push(value);
    }
    let headers = json!(headers);
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("a body");
    Json(json!({
        "method": head.method.as_str(),
        "target": head.uri.to_string(),
        "version": format!("{:?}", head.version),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    }))
}

async fn status(Path(code): Path<u16>) -> Response {
    let status = StatusCode::from_u16(code).expect("a status");
    let location = [("location", "/elsewhere?a=b"), ("etag", "\"1\"")];
    match code {
        204 | 304 => (status, location).into_response(),
        _ => (status, location, format!("body of {code}")).into_response(),
    }
}

async fn chunks() -> Body {
    Body::new(Frames(vec![
        Frame::data(Bytes::from_static(b"one ")),
        Frame::data(Bytes::from_static(b"two")),
    ]))
}

async fn trailers() -> Response {
    let mut sum = HeaderMap::new();
    sum.insert("x-sum", HeaderValue::from_static("42"));
    let body = Body::new(Frames(vec![
        Frame::data(Bytes::from_static(b"summed")),
        Frame::trailers(sum),
    ]));
    ([("trailer", "x-sum")], body).into_response()
}

async fn headers() -> Response {
    let mut response = "headers".into_response();
    let mut add = |name: &'static str, value: &[u8]| {
        let value = HeaderValue::from_bytes(value).expect("a value");
        let name = HeaderName::from_static(name);
        response.headers_mut().append(name, value);
    };
    add("set-cookie", b"a=1; Path=/");
    add("set-cookie", b"b=2");
    add("x-empty", b"");
    add("x-latin", b"caf\xe9");
    add("server", b"upstream/1");
    add("cache-control", b"no-store");
    add("x-long", &[b'x'; 4_000]);
    response
}

/// Frames as they are, of no known length.
struct Frames(Vec<Frame<Bytes>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = (!self.0.is_empty()).then(|| self.0.remove(0));
        std::task::Poll::Ready(next.map(Ok))
    }
}
