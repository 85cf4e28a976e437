//! One connection that never waits: an event loop of its owner says when its socket may go on.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::Poll;

use hyper::body::Bytes;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, recv, send, sendmsg};

use super::exchange::{Duplex, Exchange, Unsent, left, now};
use super::inbox::Inbox;
use crate::load::wire::{Rendered, Reply};
use crate::model::Outcome;

/// An HTTP/1.1 connection over a socket that does not block.
///
/// Its owner lends it an [`Inbox`] and a [`Reply`] for each step, one for all its connections: what is used by each
/// request stays in the processor's nearest cache. What has come of a reply that is not whole, the connection keeps
/// itself; a reply that is asked to keep its body or head must be lent to one connection only.
#[derive(Debug)]
pub struct Driven {
    socket: OwnedFd,
    used: bool,
    reusable: bool,
    exchange: Option<Exchange>,
    /// What the socket has not taken yet.
    rest: Option<Box<Rest>>,
    /// What has come of a reply that is not whole.
    part: Option<Box<Inbox>>,
    /// The last step ended although the socket had more.
    cut_short: bool,
}

/// So often a step reads: a big body that comes as fast as it is read must not keep others waiting.
const READS: u32 = 16;

/// A socket for one step.
struct Turn<'a> {
    socket: BorrowedFd<'a>,
    reads_left: u32,
}

/// A request that is not written to its end: its renderer serves the next one meanwhile.
#[derive(Debug)]
struct Rest {
    bytes: Vec<u8>,
    body: Option<Bytes>,
}

impl Rest {
    fn parts(&self) -> [&[u8]; 2] {
        [&self.bytes, self.body.as_deref().unwrap_or_default()]
    }
}

/// The request was not sent: the peer had left the idle connection before one byte was handed to the kernel.
#[derive(Debug, PartialEq, Eq)]
pub struct Stale;

impl Duplex for Turn<'_> {
    fn read(&mut self, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let Some(left) = self.reads_left.checked_sub(1) else {
            return Poll::Pending;
        };
        self.reads_left = left;
        loop {
            match recv(self.socket, &mut *space, RecvFlags::empty()) {
                Err(Errno::INTR) => {}
                result => return now(result.map(|(_, length)| length).map_err(io::Error::from)),
            }
        }
    }

    fn write(&mut self, parts: [&[u8]; 2]) -> Poll<io::Result<usize>> {
        loop {
            let written = match parts {
                [part, []] | [[], part] => send(self.socket, part, SendFlags::NOSIGNAL),
                both => {
                    let both = both.map(io::IoSlice::new);
                    let mut nothing = SendAncillaryBuffer::default();
                    sendmsg(self.socket, &both, &mut nothing, SendFlags::NOSIGNAL)
                }
            };
            match written {
                Err(Errno::INTR) => {}
                result => return now(result.map_err(io::Error::from)),
            }
        }
    }
}

impl Driven {
    /// On a socket that has just been connected and does not block.
    pub fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            used: false,
            reusable: true,
            exchange: None,
            rest: None,
            part: None,
            cut_short: false,
        }
    }

    fn turn(&self) -> Turn<'_> {
        Turn {
            socket: self.socket.as_fd(),
            reads_left: READS,
        }
    }

    /// Begins an exchange: writes what the socket takes. Whatever has come to the idle connection must have been
    /// [looked at](Self::was_left) before. Then [`go_on`](Self::go_on) whenever the socket may.
    pub fn begin(&mut self, request: Rendered<'_>) -> Result<(), Stale> {
        let mut exchange = Exchange::new(!self.used, request.head);
        (self.used, self.reusable) = (true, false);
        let parts = request.parts();
        exchange
            .write(&mut self.turn(), parts)
            .map_err(|Unsent(_)| Stale)?;
        self.rest = (!exchange.is_written(parts)).then(|| {
            Box::new(Rest {
                bytes: request.bytes.to_vec(),
                body: request.body.cloned(),
            })
        });
        self.exchange = Some(exchange);
        Ok(())
    }

    /// Goes on with the exchange as far as the socket does; at its end says what came of it. Without an exchange
    /// nothing ever comes.
    pub fn go_on(&mut self, lent: &mut Inbox, reply: &mut Reply) -> Poll<Result<Outcome, Stale>> {
        let Some(exchange) = &mut self.exchange else {
            return Poll::Pending;
        };
        let mut socket = Turn {
            socket: self.socket.as_fd(),
            reads_left: READS,
        };
        if let Some(rest) = &self.rest {
            let parts = rest.parts();
            if exchange.write(&mut socket, parts).is_err() {
                self.exchange = None;
                return Poll::Ready(Err(Stale));
            }
            if exchange.is_written(parts) {
                self.rest = None;
            }
        }
        let mut part = self.part.take();
        let inbox = part.as_deref_mut().unwrap_or(lent);
        let Poll::Ready(read) = exchange.read(&mut socket, inbox, reply) else {
            if part.is_none() && !lent.is_empty() {
                part = Some(Box::new(std::mem::take(lent)));
            }
            self.part = part;
            self.cut_short = socket.reads_left == 0;
            return Poll::Pending;
        };
        let mut surplus = !inbox.is_empty();
        inbox.clear();
        let mut gone = false;
        if exchange.may_have_more() {
            socket.reads_left = 1;
            let more = socket.read(inbox.space());
            surplus |= matches!(more, Poll::Ready(Ok(1..)));
            gone = left(more).is_some();
        }
        reply.surplus = surplus;
        let whole_request = self.rest.take().is_none();
        (self.exchange, self.cut_short) = (None, false);
        Poll::Ready(Ok(match read {
            Ok(whole) => {
                self.reusable = whole.keep_alive && whole_request && !surplus && !gone;
                Outcome::Completed {
                    status: whole.status,
                    bytes: whole.bytes,
                }
            }
            Err(why) => Outcome::Broken { why },
        }))
    }

    /// Whether the last step left something to read, of which the event loop does not tell again.
    pub fn was_cut_short(&self) -> bool {
        self.cut_short
    }

    /// Whether another exchange may follow.
    pub fn is_reusable(&self) -> bool {
        self.reusable
    }

    /// Whether the peer has left this idle connection, or sent what nobody asked for.
    pub fn was_left(&self, inbox: &mut Inbox) -> bool {
        left(self.turn().read(inbox.space())).is_some()
    }
}

impl AsFd for Driven {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
