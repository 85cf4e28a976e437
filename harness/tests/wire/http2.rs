//! HTTP/2: connections that places share.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use sloproof::load::wire::dial::Protocol;
use sloproof::load::wire::tls::Trust;
use sloproof::load::wire::{Connect as _, Connection as _, Rendered, Reply};
use sloproof::model::Outcome;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::authority::Authority;
use crate::secure::{OK, PATIENCE, REQUEST, dial};

/// What an HTTP/2 server has seen.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicUsize,
    pub(crate) requests: Mutex<Vec<String>>,
}

impl Seen {
    async fn note(&self, request: Request<Incoming>) {
        let mut names: Vec<&str> = request
            .headers()
            .keys()
            .map(hyper::http::HeaderName::as_str)
            .collect();
        names.sort_unstable();
        let line = format!("{} {} {}", request.method(), request.uri(), names.join(" "));
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        self.requests.lock().unwrap().push(format!("{line} {body}"));
    }
}

/// A server of HTTP/2, over TLS if there is an acceptor.
pub(crate) async fn http2_server(
    acceptor: Option<TlsAcceptor>,
) -> (SocketAddr, JoinSet<()>, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Seen::default());
    let shared = Arc::clone(&seen);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            shared.connections.fetch_add(1, Ordering::SeqCst);
            let (seen, acceptor) = (Arc::clone(&shared), acceptor.clone());
            connections.spawn(async move {
                match acceptor {
                    None => serve_http2(stream, seen).await,
                    Some(acceptor) => {
                        serve_http2(acceptor.accept(stream).await.unwrap(), seen).await;
                    }
                }
            });
        }
    });
    (address, tasks, seen)
}

async fn serve_http2(stream: impl AsyncRead + AsyncWrite + Unpin, seen: Arc<Seen>) {
    let service = service_fn(|request| {
        let seen = Arc::clone(&seen);
        async move {
            seen.note(request).await;
            Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from_static(b"ok"))))
        }
    });
    // The client leaves when it likes.
    let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

#[tokio::test]
async fn http2_is_spoken_by_alpn_and_by_prior_knowledge() {
    let authority = Authority::new(b"h2");
    for (scheme, acceptor) in [("http", None), ("https", Some(authority.acceptor.clone()))] {
        let (address, _tasks, seen) = http2_server(acceptor).await;
        let protocol = Protocol::Http2 { streams: 1 };
        let dial = dial(
            scheme,
            address,
            Trust::File(authority.file().into()),
            protocol,
        )
        .await;
        let mut line = dial.connect().await.unwrap();
        for _ in 0..2 {
            assert_eq!(line.exchange(REQUEST, &mut Reply::default()).await, OK);
            assert!(line.reusable());
        }
        let expected = format!("PUT {scheme}://kv:1/a?b=c content-length x-one body");
        assert_eq!(*seen.requests.lock().unwrap(), [expected.clone(), expected]);
        assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn http2_connections_are_shared_up_to_their_streams_and_places_come_back() {
    let (address, _tasks, seen) = http2_server(None).await;
    let dial = dial(
        "http",
        address,
        Trust::Anybody,
        Protocol::Http2 { streams: 2 },
    )
    .await;
    let mut lines = Vec::new();
    for connections in [1, 1, 2] {
        let mut line = dial.connect().await.unwrap();
        assert_eq!(line.exchange(REQUEST, &mut Reply::default()).await, OK);
        assert_eq!(seen.connections.load(Ordering::SeqCst), connections);
        lines.push(line);
    }
    let mut taken = Reply::default();
    let mut last = lines.pop().unwrap();
    let mut another = dial.connect().await.unwrap();
    drop(lines);
    let both = async {
        tokio::join!(last.exchange(REQUEST, &mut taken), async {
            another.exchange(REQUEST, &mut Reply::default()).await
        })
    };
    assert_eq!(both.await, (OK, OK));
    drop(another);
    let mut again = dial.connect().await.unwrap();
    assert_eq!(again.exchange(REQUEST, &mut Reply::default()).await, OK);
    assert_eq!(seen.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_body_that_requests_share_is_sent_as_one_of_their_own() {
    let (address, _tasks, seen) = http2_server(None).await;
    let protocol = Protocol::Http2 { streams: 1 };
    let dial = dial("http", address, Trust::Anybody, protocol).await;
    let body = Bytes::from_static(b"body");
    let shared = Rendered {
        bytes: &REQUEST.bytes[..REQUEST.bytes.len() - body.len()],
        body: Some(&body),
        head: false,
    };
    let mut line = dial.connect().await.unwrap();
    for request in [REQUEST, shared] {
        assert_eq!(line.exchange(request, &mut Reply::default()).await, OK);
    }
    let requests = seen.requests.lock().unwrap();
    assert_eq!(requests[0], requests[1]);
}

#[tokio::test]
async fn http2_places_that_start_together_share_connections_that_are_still_being_opened() {
    let authority = Authority::new(b"h2");
    for (scheme, acceptor) in [("http", None), ("https", Some(authority.acceptor.clone()))] {
        let (address, _tasks, seen) = http2_server(acceptor).await;
        let protocol = Protocol::Http2 { streams: 100 };
        let dial = dial(scheme, address, Trust::Anybody, protocol).await;
        let exchange = async || {
            let mut line = dial.connect().await.unwrap();
            assert_eq!(line.exchange(REQUEST, &mut Reply::default()).await, OK);
            line
        };
        let lines = all((0..250).map(|_| exchange())).await;
        assert_eq!(seen.requests.lock().unwrap().len(), 250);
        assert_eq!(seen.connections.load(Ordering::SeqCst), 3, "{scheme}");
        drop(lines);
    }
}

#[tokio::test]
async fn http2_places_share_a_failed_attempt_and_the_next_one_tries_afresh() {
    // It listens, so that the port stays ours, and it speaks no TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let protocol = Protocol::Http2 { streams: 100 };
    let dial = dial("https", address, Trust::Anybody, protocol).await;
    for _ in 0..2 {
        let both = async {
            tokio::join!(all((0..5).map(|_| dial.connect())), async {
                drop(listener.accept().await.unwrap());
            })
        };
        let (outcomes, ()) = tokio::time::timeout(PATIENCE, both).await.expect("an end");
        for outcome in outcomes {
            assert_eq!(outcome.err(), Some(Outcome::ConnectFailed));
        }
    }
}

#[tokio::test]
async fn an_http2_attempt_outlives_its_opener_for_those_who_wait_and_nobody_else() {
    let authority = Authority::new(b"h2");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let protocol = Protocol::Http2 { streams: 100 };
    let dial = dial("https", address, Trust::Anybody, protocol).await;
    let mut opener = Box::pin(dial.connect());
    let mut waiting = Box::pin(dial.connect());
    let slow = tokio::select! {
        biased;
        _ = &mut opener => panic!("no server has answered"),
        _ = &mut waiting => panic!("no server has answered"),
        accepted = listener.accept() => accepted.unwrap().0,
    };
    // As at its time-out.
    drop(opener);
    let mut late = Box::pin(dial.connect());
    let prompt = tokio::select! {
        biased;
        _ = &mut waiting => panic!("no server has answered"),
        _ = &mut late => panic!("no server has answered"),
        accepted = listener.accept() => accepted.unwrap().0,
    };
    let seen = Arc::new(Seen::default());
    let mut servers = JoinSet::new();
    for (stream, client) in [(prompt, late), (slow, waiting)] {
        let (acceptor, seen) = (authority.acceptor.clone(), Arc::clone(&seen));
        servers.spawn(async move {
            serve_http2(acceptor.accept(stream).await.unwrap(), seen).await;
        });
        let line = tokio::time::timeout(PATIENCE, client).await;
        let mut line = line.expect("it waits for this stream").unwrap();
        assert_eq!(line.exchange(REQUEST, &mut Reply::default()).await, OK);
    }
    // Nobody waits any more: the attempt is given up.
    let mut given_up = Box::pin(dial.connect());
    let mut stream = tokio::select! {
        biased;
        _ = &mut given_up => panic!("no server has answered"),
        accepted = listener.accept() => accepted.unwrap().0,
    };
    drop(given_up);
    let mut hello = Vec::new();
    // Its end is what is awaited; it may come as a reset.
    let end = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut hello);
    let _ = tokio::time::timeout(PATIENCE, end).await.expect("its end");
}

/// The results of futures that run at once, in their order.
async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut results: Vec<_> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (future, result) in futures.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(cx)
            {
                *result = Some(ready);
            }
        }
        if results.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
