//! Answers that the wire does not carry as they were given.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderValue, header::CONTENT_LENGTH},
    response::Response,
};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::server::Wire;

/// A client that waits for bytes which never come is let go then: as long as the time limit of a request.
const HOLD: Duration = Duration::from_secs(10);

/// Cuts the body after `left` bytes, or half of it, and ends the connection. The head goes on to promise all.
pub(super) fn truncate(response: Response, left: Option<u64>, wire: Wire) -> Response {
    let length = response.body().size_hint().exact();
    if length == Some(0) {
        return response;
    }
    let half = length.map_or(0, |length| length / 2);
    // At least one byte is missing.
    let most = length.map_or(u64::MAX, |length| length - 1);
    let left = left.unwrap_or(half).min(most);
    response.map(|body| {
        Body::new(CutBody {
            promised: body.size_hint(),
            body,
            left: usize::try_from(left).unwrap_or(usize::MAX),
            wire,
            end: End::Cut,
        })
    })
}

/// Adds `by` to the length that the head tells. Bytes that are too many follow the answer; for bytes that
/// are too few the client waits in vain.
pub(super) async fn misstate_length(response: Response, by: i64, wire: Wire) -> Response {
    let (mut head, body) = response.into_parts();
    let Some(length) = body.size_hint().exact().filter(|length| *length > 0) else {
        return Response::from_parts(head, body);
    };
    let told = length.saturating_add_signed(by);
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(told));
    let body = if told < length {
        // A body of known length is in memory already.
        let mut bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap_or_default();
        let first = usize::try_from(told).map_or(bytes.len(), |told| told.min(bytes.len()));
        let rest: Bytes = bytes.split_off(first);
        wire.append(rest);
        Body::from(bytes)
    } else {
        Body::new(CutBody {
            promised: SizeHint::default(),
            body,
            left: usize::MAX,
            wire,
            end: End::Hold(None),
        })
    };
    Response::from_parts(head, body)
}

/// Gives a part of a body and never ends; the connection does.
struct CutBody {
    promised: SizeHint,
    body: Body,
    left: usize,
    wire: Wire,
    end: End,
}

enum End {
    /// At once.
    Cut,
    /// After [`HOLD`], counted from the last byte.
    Hold(Option<Pin<Box<Sleep>>>),
}

impl HttpBody for CutBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        while this.left > 0 {
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers are lost with the end.
                    let Ok(mut data) = frame.into_data() else {
                        continue;
                    };
                    data.truncate(this.left);
                    this.left -= data.len();
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => this.left = 0,
            }
        }
        match &mut this.end {
            End::Cut => this.wire.close_when_flushed(),
            End::Hold(hold) => {
                let hold = hold.get_or_insert_with(|| Box::pin(sleep(HOLD)));
                ready!(hold.as_mut().poll(cx));
                this.wire.close();
            }
        }
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        self.promised
    }
}
