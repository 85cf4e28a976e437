//! How long a connection may wait for the head of a request.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use tokio::time::{self, sleep_until};

use super::{Limits, wire::Wire};

/// The clock that HTTP asks to bound its wait for a head.
///
/// HTTP knows one limit, which runs from the answer before. This clock tells a client that is silent
/// between two requests, which is common, from one that trickles a head, which is an attack.
#[derive(Debug)]
pub(super) struct HeadTimer(Arc<Shared>);

/// What all waits of a connection have in common.
#[derive(Debug)]
struct Shared {
    wire: Wire,
    head_time: Duration,
    /// One timer for all heads of a connection: it is moved only when it fires or comes too late.
    alarm: Mutex<Pin<Box<time::Sleep>>>,
}

impl HeadTimer {
    pub(super) fn new(wire: Wire, limits: Limits) -> Self {
        let first = time::Instant::now() + limits.head_time;
        Self(Arc::new(Shared {
            wire,
            head_time: limits.head_time,
            alarm: Mutex::new(Box::pin(sleep_until(first))),
        }))
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let received = self.0.wire.received();
        Box::pin(HeadWait {
            shared: Arc::clone(&self.0),
            // A new connection is not idle: its client has something to say.
            received: (received > 0).then_some(received),
            deadline: deadline.into(),
            begun: false,
        })
    }

    fn now(&self) -> Instant {
        time::Instant::now().into_std()
    }
}

/// Ends when the client took too long. Polled after each read that leaves the head incomplete.
struct HeadWait {
    shared: Arc<Shared>,
    /// Bytes before this head; `None`: nothing yet.
    received: Option<u64>,
    deadline: time::Instant,
    begun: bool,
}

impl Sleep for HeadWait {}

impl Future for HeadWait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let shared = &*this.shared;
        let idle = this.received == Some(shared.wire.received());
        if !this.begun && !idle {
            this.begun = true;
            this.deadline = this.deadline.min(time::Instant::now() + shared.head_time);
        }
        let mut alarm = shared.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if alarm.deadline() > this.deadline {
                alarm.as_mut().reset(this.deadline);
            }
            ready!(alarm.as_mut().poll(cx));
            if time::Instant::now() >= this.deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(this.deadline);
        }
    }
}
