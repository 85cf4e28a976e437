//! HTTP/2 by hyper: several exchanges at once share one connection.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::message::{Form, broken, read, request};
use crate::load::wire::{Connection, Rendered, Reply};
use crate::model::Outcome;

/// A way to send over a connection.
pub(in crate::load::wire) type Sender = SendRequest<Full<Bytes>>;

/// Speaks HTTP/2 on a stream that has just been connected.
pub(in crate::load::wire) async fn handshake<S>(stream: S) -> Result<Sender, Outcome>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(stream);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io)
        .await
        .map_err(|_| Outcome::ConnectFailed)?;
    // It ends with the last of its senders, or with an error that each exchange on it tells.
    tokio::spawn(connection);
    Ok(sender)
}

/// Hands out places on shared HTTP/2 connections, of one worker.
#[derive(Debug)]
pub struct Multiplexer {
    streams: usize,
    scheme: &'static str,
    /// Those that somebody holds or waits for, and some that nobody does any more.
    lines: RefCell<Vec<Weak<Shared>>>,
}

/// A connection, or the attempt to open it, and all who share it: each of them holds this.
#[derive(Debug)]
struct Shared {
    /// `None` until it is open or has failed.
    opened: watch::Receiver<Option<Result<Sender, Outcome>>>,
    /// Held by the one who opens it, for as long as he waits.
    opener: Weak<()>,
}

impl Multiplexer {
    /// Up to so many exchanges at once on each connection, at least one; `scheme` is `http` or `https`.
    pub fn new(streams: u32, scheme: &'static str) -> Self {
        Self {
            streams: streams.max(1) as usize,
            scheme,
            lines: RefCell::default(),
        }
    }

    /// A place on a connection that has one left or is just being opened, else on one that `open` opens.
    ///
    /// Whoever waits shares the attempt's end, good or bad. The attempt is a task of its own: it goes on while anybody
    /// waits, so that a time-out of one does not set the others back. But once its opener has given up, which is after
    /// a whole time-out, nobody joins it until it has succeeded: the next one tries afresh, with a whole time-out too.
    pub async fn place<F>(&self, open: impl FnOnce() -> F) -> Result<Hyper2, Outcome>
    where
        F: Future<Output = Result<Sender, Outcome>> + Send + 'static,
    {
        let waiting = Rc::new(());
        let line = self.line().unwrap_or_else(|| {
            let line = Rc::new(Shared {
                opened: attempt(open()),
                opener: Rc::downgrade(&waiting),
            });
            let mut lines = self.lines.borrow_mut();
            lines.retain(|line| line.strong_count() > 0);
            lines.push(Rc::downgrade(&line));
            line
        });
        let mut opened = line.opened.clone();
        let sender = match opened.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Ok(sender))) => sender.clone(),
            Ok(Some(Err(outcome))) => return Err(outcome.clone()),
            // The event loop ends.
            Ok(None) | Err(_) => return Err(Outcome::ConnectFailed),
        };
        Ok(Hyper2 {
            sender,
            scheme: self.scheme,
            used: false,
            unsent: false,
            _place: line,
        })
    }

    /// One that can be joined.
    fn line(&self) -> Option<Rc<Shared>> {
        let lines = self.lines.borrow();
        let mut lines = lines.iter().filter_map(Weak::upgrade);
        // One of the holders is this look.
        lines.find(|line| Rc::strong_count(line) <= self.streams && line.can_be_joined())
    }
}

impl Shared {
    fn can_be_joined(&self) -> bool {
        match &*self.opened.borrow() {
            None => self.opener.strong_count() > 0,
            Some(Ok(sender)) => !sender.is_closed(),
            Some(Err(_)) => false,
        }
    }
}

/// Opens a connection for as long as anybody waits for it.
fn attempt(
    open: impl Future<Output = Result<Sender, Outcome>> + Send + 'static,
) -> watch::Receiver<Option<Result<Sender, Outcome>>> {
    let (told, opened) = watch::channel(None);
    tokio::spawn(async move {
        tokio::select! {
            opened = open => {
                let _ = told.send(Some(opened));
            }
            () = told.closed() => {}
        }
    });
    opened
}

/// A place on an HTTP/2 connection: one exchange at a time.
pub struct Hyper2 {
    sender: Sender,
    scheme: &'static str,
    used: bool,
    unsent: bool,
    /// Given back when this is dropped.
    _place: Rc<Shared>,
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
