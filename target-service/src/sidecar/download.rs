//! An answer's body on its way to the client, and who broke it off.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::header::CONTENT_LENGTH,
    response::Response,
};
use http_body::{Frame, SizeHint};

use super::metrics::{Side, SidecarMetrics};

/// Counts an answer that ends before its body does.
#[derive(Debug)]
pub(super) struct Download {
    body: Body,
    metrics: Arc<SidecarMetrics>,
    ended: bool,
    /// The answer has no body, and says nothing about the length that it would have: an answer to HEAD, a
    /// 204 or a 304. A length of 0 would be made up.
    length_unknown: bool,
}

impl Download {
    /// Watches the body of `response`.
    pub(super) fn watch(response: Response, metrics: Arc<SidecarMetrics>) -> Response {
        let (head, body) = response.into_parts();
        let length_unknown = body.is_end_stream() && !head.headers.contains_key(CONTENT_LENGTH);
        let watched = Self {
            body,
            metrics,
            ended: false,
            length_unknown,
        };
        Response::from_parts(head, Body::new(watched))
    }
}

impl HttpBody for Download {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(None) => self.ended = true,
            Poll::Ready(Some(Err(_))) => {
                self.ended = true;
                self.metrics.cut(Side::Upstream);
            }
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.length_unknown {
            return SizeHint::default();
        }
        self.body.size_hint()
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.metrics.cut(Side::Client);
        }
    }
}
