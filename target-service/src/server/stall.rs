//! A client that does not take what it asked for.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

/// How long writes to a connection make no progress.
#[derive(Debug)]
pub(super) struct Stall {
    limit: Duration,
    /// Runs while a write waits for the client.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    /// Ends writes that wait longer than `limit`.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, alarm: None }
    }

    /// Passes on what came of a write; an error once writes have waited too long.
    pub(super) fn bound<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.alarm = None;
            return written;
        }
        let limit = self.limit;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}
