//! HTTP/2 by hyper: several exchanges at once share one connection.

use std::cell::RefCell;
use std::rc::Rc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use super::message::{Form, broken, read, request};
use crate::load::wire::{Connection, Rendered, Reply};
use crate::model::Outcome;

type Sender = SendRequest<Full<Bytes>>;

/// Hands out places on shared HTTP/2 connections.
#[derive(Debug)]
pub struct Multiplexer {
    streams: u32,
    scheme: &'static str,
    /// The connection that was opened last, and what each of its places holds.
    current: RefCell<Option<(Sender, Rc<()>)>>,
}

impl Multiplexer {
    /// Up to so many exchanges at once on each connection, at least one; `scheme` is `http` or `https`.
    pub fn new(streams: u32, scheme: &'static str) -> Self {
        Self {
            streams: streams.max(1),
            scheme,
            current: RefCell::new(None),
        }
    }

    /// A place on the connection that was opened last, if it has one left.
    pub fn place(&self) -> Option<Hyper2> {
        let current = self.current.borrow();
        let (sender, places) = current.as_ref()?;
        // One of the holders is this one.
        let free = Rc::strong_count(places) <= self.streams as usize;
        (free && !sender.is_closed()).then(|| self.give(sender, places))
    }

    /// The first place on a stream that has just been connected.
    pub async fn open<S>(&self, stream: S) -> Result<Hyper2, Outcome>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let io = TokioIo::new(stream);
        let (sender, connection) = handshake(TokioExecutor::new(), io)
            .await
            .map_err(|_| Outcome::ConnectFailed)?;
        // It ends with the last of its senders, or with an error that each exchange on it tells.
        tokio::spawn(connection);
        let places = Rc::new(());
        let first = self.give(&sender, &places);
        *self.current.borrow_mut() = Some((sender, places));
        Ok(first)
    }

    fn give(&self, sender: &Sender, places: &Rc<()>) -> Hyper2 {
        Hyper2 {
            sender: sender.clone(),
            scheme: self.scheme,
            used: false,
            unsent: false,
            _place: Rc::clone(places),
        }
    }
}

/// A place on an HTTP/2 connection: one exchange at a time.
pub struct Hyper2 {
    sender: Sender,
    scheme: &'static str,
    used: bool,
    unsent: bool,
    /// Given back when this is dropped.
    _place: Rc<()>,
}

impl Hyper2 {
    async fn send(&mut self, rendered: Rendered<'_>, reply: &mut Reply) -> Outcome {
        let scheme = self.scheme;
        let request = match request(rendered, Form::Http2 { scheme }) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        if let Err(error) = self.sender.ready().await {
            self.unsent = self.used;
            return broken(&error);
        }
        match self.sender.try_send_request(request).await {
            Ok(response) => read(response, reply).await,
            Err(mut error) => {
                self.unsent = self.used && error.take_message().is_some();
                broken(error.error())
            }
        }
    }
}

impl Connection for Hyper2 {
    async fn exchange(&mut self, rendered: Rendered<'_>, reply: &mut Reply) -> Outcome {
        reply.body.clear();
        reply.head.clear();
        (reply.surplus, self.unsent) = (false, false);
        let outcome = self.send(rendered, reply).await;
        self.used = true;
        outcome
    }

    /// A dropped or failed exchange resets its stream and leaves the connection sound.
    fn reusable(&self) -> bool {
        !self.sender.is_closed()
    }

    fn unsent(&self) -> bool {
        self.unsent
    }
}
