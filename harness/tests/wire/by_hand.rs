//! The connection that an event loop drives, driven here by looking at it again and again, behind the same trait as the
//! others.

use std::os::fd::OwnedFd;
use std::task::Poll;
use std::time::Duration;

use sloproof::load::wire::http1::{Driven, Http1, Inbox, Stale};
use sloproof::load::wire::{Connection, Rendered, Reply};
use sloproof::model::Outcome;
use tokio::net::TcpStream;

/// A connection and what a worker would lend it.
pub(crate) struct ByHand {
    driven: Driven,
    inbox: Inbox,
    used: bool,
    stale: bool,
    spent: bool,
}

impl ByHand {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            driven: Driven::new(OwnedFd::from(stream.into_std().unwrap())),
            inbox: Inbox::new(),
            used: false,
            stale: false,
            spent: false,
        }
    }

    fn never_sent(&mut self) -> Outcome {
        (self.stale, self.spent) = (true, true);
        Outcome::Broken {
            why: "left by its peer".into(),
        }
    }
}

impl Connection for ByHand {
    async fn exchange(&mut self, request: Rendered<'_>, reply: &mut Reply) -> Outcome {
        reply.body.clear();
        reply.head.clear();
        // A worker is told that something came; here it is looked for.
        if std::mem::replace(&mut self.used, true) && self.driven.was_left(&mut self.inbox) {
            return self.never_sent();
        }
        // Should this future be dropped, the exchange is never finished.
        self.spent = true;
        if self.driven.begin(request) == Err(Stale) {
            return self.never_sent();
        }
        loop {
            match self.driven.go_on(&mut self.inbox, reply) {
                Poll::Ready(Ok(outcome)) => {
                    self.spent = false;
                    return outcome;
                }
                Poll::Ready(Err(Stale)) => return self.never_sent(),
                Poll::Pending => tokio::time::sleep(Duration::from_micros(100)).await,
            }
        }
    }

    fn reusable(&self) -> bool {
        self.driven.is_reusable() && !self.spent
    }

    fn unsent(&self) -> bool {
        self.stale
    }
}

/// Our own client, as a task drives it or as an event loop does.
pub(crate) enum Ours {
    Task(Http1<TcpStream>),
    ByHand(Box<ByHand>),
}

impl Ours {
    /// Both ways to drive it.
    pub(crate) const WAYS: [fn(TcpStream) -> Self; 2] = [
        |stream| Self::Task(Http1::new(stream)),
        |stream| Self::ByHand(Box::new(ByHand::new(stream))),
    ];
}

impl Connection for Ours {
    async fn exchange(&mut self, request: Rendered<'_>, reply: &mut Reply) -> Outcome {
        match self {
            Self::Task(client) => client.exchange(request, reply).await,
            Self::ByHand(client) => client.exchange(request, reply).await,
        }
    }

    fn reusable(&self) -> bool {
        match self {
            Self::Task(client) => client.reusable(),
            Self::ByHand(client) => client.reusable(),
        }
    }

    fn unsent(&self) -> bool {
        match self {
            Self::Task(client) => client.unsent(),
            Self::ByHand(client) => client.unsent(),
        }
    }
}
