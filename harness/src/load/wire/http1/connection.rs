//! One connection: writes a request, reads its reply.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::inbox::Inbox;
use super::reader::{Reader, Whole};
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

/// Where an exchange stands.
struct Exchange<'a> {
    /// What is to be written, in two parts; the second one may be empty.
    request: [&'a [u8]; 2],
    /// The first one of its connection.
    first: bool,
    written: usize,
    /// The peer takes no more of the request; it may have answered all the same.
    refused: Option<io::Error>,
    reader: Reader,
}

impl<'a> Exchange<'a> {
    fn is_written(&self) -> bool {
        self.written == self.request[0].len() + self.request[1].len()
    }

    /// What is still to be written.
    fn rest(&self) -> [&'a [u8]; 2] {
        let [first, second] = self.request;
        match first.split_at_checked(self.written) {
            Some((_, first)) => [first, second],
            None => [&[], &second[self.written - first.len()..]],
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
        match self.socket.try_read(self.inbox.space()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => Some(format!("the idle connection broke: {error}")),
            Ok(0) => Some("the server had closed the idle connection".into()),
            Ok(_) => Some("the server sent bytes on the idle connection".into()),
        }
    }

    fn poll_exchange(
        &mut self,
        cx: &mut Context<'_>,
        exchange: &mut Exchange<'_>,
        reply: &mut Reply,
    ) -> Poll<Result<Whole, String>> {
        // A server may answer before it has the whole request, and may stop reading it then: both ways are driven.
        self.poll_write(cx, exchange);
        if exchange.written == 0
            && !exchange.first
            && let Some(error) = exchange.refused.take()
        {
            self.unsent = true;
            return Poll::Ready(Err(format!("the idle connection broke: {error}")));
        }
        loop {
            let mut space = ReadBuf::new(self.inbox.space());
            let read = ready!(Pin::new(&mut self.socket).poll_read(cx, &mut space));
            let length = space.filled().len();
            if let Err(error) = read {
                let error = exchange.refused.take().unwrap_or(error);
                return Poll::Ready(Err(error.to_string()));
            }
            if length == 0 {
                let waiting = !self.inbox.is_empty();
                let closed = exchange.reader.close(waiting);
                return Poll::Ready(closed.map_err(|fault| fault.to_string()));
            }
            self.inbox.filled(length);
            if let Err(fault) = self.inbox.give(&mut exchange.reader, reply) {
                return Poll::Ready(Err(fault.to_string()));
            }
            if let Some(whole) = exchange.reader.whole() {
                return Poll::Ready(Ok(whole));
            }
        }
    }

    /// Writes as much as the socket takes.
    fn poll_write(&mut self, cx: &mut Context<'_>, exchange: &mut Exchange<'_>) {
        while !exchange.is_written() && exchange.refused.is_none() {
            let socket = Pin::new(&mut self.socket);
            let written = match exchange.rest() {
                [rest, []] | [[], rest] => socket.poll_write(cx, rest),
                both => socket.poll_write_vectored(cx, &both.map(IoSlice::new)),
            };
            match written {
                Poll::Pending => return,
                Poll::Ready(Ok(0)) => exchange.refused = Some(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(length)) => exchange.written += length,
                Poll::Ready(Err(error)) => exchange.refused = Some(error),
            }
        }
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
        let mut exchange = Exchange {
            request: [request.bytes, request.body.map_or(&[], |body| body)],
            first: before == Phase::Fresh,
            written: 0,
            refused: None,
            reader: Reader::new(request.head),
        };
        match poll_fn(|cx| self.poll_exchange(cx, &mut exchange, reply)).await {
            Ok(whole) => {
                reply.surplus = !self.inbox.is_empty();
                if whole.keep_alive && exchange.is_written() && !reply.surplus {
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
