//! A request's body on its way to the upstream, and what is left of it afterwards.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout};

/// Time for the client to send what nobody wants any more.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// A handle to the body; clones share it. One goes to the client of the upstream, one stays here: it tells
/// who is waiting for whom, and reads the rest when the upstream has failed.
#[derive(Debug, Clone)]
pub(super) struct Upload(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    body: Body,
    /// When a frame was last handed on.
    moved: Instant,
    /// The upstream wants more than the client has sent.
    waits_for_client: bool,
    broken: bool,
}

impl Upload {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(State {
            body,
            moved: Instant::now(),
            waits_for_client: false,
            broken: false,
        })))
    }

    /// When a frame was last handed on.
    pub(super) fn moved(&self) -> Instant {
        self.state().moved
    }

    /// Whether it is the client that does not go on.
    pub(super) fn waits_for_client(&self) -> bool {
        self.state().waits_for_client
    }

    /// Whether the client's framing was wrong.
    pub(super) fn is_broken(&self) -> bool {
        self.state().broken
    }

    /// Reads what is left, keeping none of it, so that the client keeps its connection and sees an answer
    /// and not a reset. A client that takes too long loses both.
    pub(super) async fn drain(mut self) {
        let rest = async { while let Some(Ok(_frame)) = self.frame().await {} };
        let _too_slow = timeout(DRAIN_LIMIT, rest).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut state = self.state();
        let polled = Pin::new(&mut state.body).poll_frame(context);
        state.waits_for_client = polled.is_pending();
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Err(_))) => state.broken = true,
            Poll::Ready(_) => state.moved = Instant::now(),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.state().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.state().body.size_hint()
    }
}
