//! One connection that waits for its socket as tasks do: writes a request, reads its reply.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::exchange::{Duplex, Exchange, Unsent, left, now};
use super::inbox::Inbox;
use super::reader::Whole;
use crate::load::wire::{Connection, Rendered, Reply};
use crate::model::Outcome;

/// What a connection runs over.
pub trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// Reads what is there without waiting, and without a system call where the event loop knows of nothing new.
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Socket for TcpStream {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Self::try_read(self, buffer)
    }
}

impl Socket for UnixStream {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Self::try_read(self, buffer)
    }
}

/// An HTTP/1.1 connection over a socket.
#[derive(Debug)]
pub struct Http1<S> {
    socket: S,
    inbox: Inbox,
    phase: Phase,
    unsent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Never used.
    Fresh,
    /// Used, and open for another exchange.
    Idle,
    /// In an exchange, or left by one that failed, was dropped or was the last.
    Spent,
}

/// A socket, and the task that is woken once it goes on.
struct Awaited<'a, 'b, S> {
    socket: &'a mut S,
    cx: &'a mut Context<'b>,
}

impl<S: Socket> Duplex for Awaited<'_, '_, S> {
    fn read(&mut self, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut space = ReadBuf::new(space);
        let read = Pin::new(&mut *self.socket).poll_read(self.cx, &mut space);
        read.map_ok(|()| space.filled().len())
    }

    fn write(&mut self, parts: [&[u8]; 2]) -> Poll<io::Result<usize>> {
        let socket = Pin::new(&mut *self.socket);
        match parts {
            [part, []] | [[], part] => socket.poll_write(self.cx, part),
            both => socket.poll_write_vectored(self.cx, &both.map(IoSlice::new)),
        }
    }
}

impl<S: Socket> Http1<S> {
    /// On a socket that has just been connected.
    pub fn new(socket: S) -> Self {
        Self {
            socket,
            inbox: Inbox::new(),
            phase: Phase::Fresh,
            unsent: false,
        }
    }

    /// Why an idle connection cannot be used any more, if that is known already.
    fn left(&mut self) -> Option<String> {
        left(now(self.socket.try_read(self.inbox.space())))
    }

    fn poll_exchange(
        &mut self,
        cx: &mut Context<'_>,
        request: [&[u8]; 2],
        exchange: &mut Exchange,
        reply: &mut Reply,
    ) -> Poll<Result<Whole, String>> {
        let mut socket = Awaited {
            socket: &mut self.socket,
            cx,
        };
        // A server may answer before it has the whole request, and may stop reading it then: both ways are driven.
        if let Err(Unsent(why)) = exchange.write(&mut socket, request) {
            self.unsent = true;
            return Poll::Ready(Err(why));
        }
        exchange.read(&mut socket, &mut self.inbox, reply)
    }
}

impl<S: Socket> Connection for Http1<S> {
    async fn exchange(&mut self, request: Rendered<'_>, reply: &mut Reply) -> Outcome {
        reply.body.clear();
        reply.head.clear();
        reply.surplus = false;
        self.unsent = false;
        if self.phase == Phase::Idle
            && let Some(why) = self.left()
        {
            self.unsent = true;
            self.phase = Phase::Spent;
            return Outcome::Broken { why };
        }
        // Should this future be dropped, the connection stays spent.
        let before = std::mem::replace(&mut self.phase, Phase::Spent);
        let mut exchange = Exchange::new(before == Phase::Fresh, request.head);
        let parts = request.parts();
        match poll_fn(|cx| self.poll_exchange(cx, parts, &mut exchange, reply)).await {
            Ok(whole) => {
                reply.surplus = !self.inbox.is_empty();
                if whole.keep_alive && exchange.is_written(parts) && !reply.surplus {
                    self.phase = Phase::Idle;
                }
                Outcome::Completed {
                    status: whole.status,
                    bytes: whole.bytes,
                }
            }
            Err(why) => Outcome::Broken { why },
        }
    }

    fn reusable(&self) -> bool {
        self.phase != Phase::Spent
    }

    fn unsent(&self) -> bool {
        self.unsent
    }
}
