//! Request bodies: read to their end, whatever comes of the request.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use serde_json::json;

use super::support::{BrokenStore, ENTRY, Target};

/// Two chunks, and a note once the end was asked for.
struct Watched {
    chunks: u8,
    read_to_end: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.chunks == 0 {
            self.read_to_end.store(true, Ordering::Relaxed);
            return Poll::Ready(None);
        }
        self.chunks -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"chunk")))))
    }
}

/// The status of a request and whether its body was read to the end.
async fn watch(target: &Target, method: &str, path: &str) -> (u16, bool) {
    let read_to_end = Arc::new(AtomicBool::new(false));
    let body = Watched {
        chunks: 2,
        read_to_end: Arc::clone(&read_to_end),
    };
    let answer = target.send(method, path, Body::new(body)).await;
    (answer.status, read_to_end.load(Ordering::Relaxed))
}

#[tokio::test]
async fn refused_requests_are_read_to_their_end() {
    let target = Target::new();
    assert_eq!(watch(&target, "PUT", "/v1/kv/a").await, (204, true));
    assert_eq!(watch(&target, "PUT", "/v1/kv/%20").await, (400, true));
    assert_eq!(watch(&target, "GET", "/v1/kv/b").await, (404, true));
    assert_eq!(watch(&target, "POST", "/v1/kv/a").await, (405, true));
    assert_eq!(watch(&target, "PUT", "/nope").await, (404, true));
    let broken = Target::with_store(BrokenStore);
    assert_eq!(watch(&broken, "PUT", "/v1/kv/a").await, (503, true));
}

#[tokio::test]
async fn requests_that_meet_a_fault_are_read_to_their_end() {
    let target = Target::new();
    for (layer, status) in [("inner", 500), ("outer", 502)] {
        target
            .set_faults(json!({layer: [{"route": ENTRY, "error_ratio": 1}]}))
            .await;
        assert_eq!(
            watch(&target, "PUT", "/v1/kv/a").await,
            (status, true),
            "{layer}"
        );
    }
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_refused() {
    let target = Target::new();
    let answer = target.send("PUT", "/v1/kv/a", vec![b'x'; 1_048_577]).await;
    answer.assert_detail(413, "body must not exceed 1048576 bytes");
}

struct BreaksOff;

impl HttpBody for BreaksOff {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_clients_mistake() {
    let target = Target::new();
    let answer = target.send("PUT", "/v1/kv/a", Body::new(BreaksOff)).await;
    answer.assert_detail(400, "body could not be read");
    assert_eq!(target.get("/v1/kv/a").await.status, 404);
}

struct NeverArrives;

impl HttpBody for NeverArrives {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_arrives_is_the_clients_mistake() {
    let target = Target::new();
    let answer = target
        .send("PUT", "/v1/kv/a", Body::new(NeverArrives))
        .await;
    answer.assert_detail(408, "body did not arrive within 10 seconds");
    let labels = [("method", "PUT"), ("route", ENTRY), ("status", "408")];
    let scrape = target.scrape().await;
    assert_eq!(scrape.value("http_requests_total", &labels), Some(1.0));
}
