//! Ending a connection instead of answering.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http_body::Frame;

/// Leads to a closed connection and not one byte: a body that fails before its first byte leaves the head
/// unwritten.
pub(super) fn cut() -> Response {
    Response::new(Body::new(Failing))
}

struct Failing;

impl HttpBody for Failing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::other("dropped on purpose"))))
    }
}
