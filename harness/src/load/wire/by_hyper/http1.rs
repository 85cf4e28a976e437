//! HTTP/1.1 by hyper, over any stream.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::message::{Form, broken, read, request};
use crate::load::wire::{Connection, Rendered, Reply, http1::HEAD_LIMIT};
use crate::model::Outcome;

/// A connection, driven by its own exchanges: a task for each would cost a switch per request.
pub struct Hyper1 {
    sender: SendRequest<Full<Bytes>>,
    driver: Driver,
    /// Not in an exchange, and none was dropped on the way.
    settled: bool,
    used: bool,
    unsent: bool,
}

impl Hyper1 {
    /// On a stream that has just been connected.
    pub async fn new<S>(stream: S) -> Result<Self, Outcome>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let mut builder = Builder::new();
        builder.max_buf_size(HEAD_LIMIT);
        let io = TokioIo::new(stream);
        let (sender, connection) = builder
            .handshake(io)
            .await
            .map_err(|_| Outcome::ConnectFailed)?;
        Ok(Self {
            sender,
            driver: Driver(Some(Box::pin(connection))),
            settled: true,
            used: false,
            unsent: false,
        })
    }

    async fn send(&mut self, rendered: Rendered<'_>, reply: &mut Reply) -> Outcome {
        let request = match request(rendered, Form::Http1) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        if let Err(error) = self.driver.during(self.sender.ready()).await {
            self.unsent = self.used;
            return broken(&error);
        }
        let response = self.sender.try_send_request(request);
        let response = match self.driver.during(response).await {
            Ok(response) => response,
            Err(mut error) => {
                // hyper hands the request back only if it never began to write it.
                self.unsent = self.used && error.take_message().is_some();
                return broken(error.error());
            }
        };
        self.driver.during(read(response, reply)).await
    }
}

impl Connection for Hyper1 {
    async fn exchange(&mut self, rendered: Rendered<'_>, reply: &mut Reply) -> Outcome {
        reply.body.clear();
        reply.head.clear();
        (reply.surplus, self.unsent, self.settled) = (false, false, false);
        let outcome = self.send(rendered, reply).await;
        self.used = true;
        self.settled = matches!(outcome, Outcome::Completed { .. });
        // It learns here that the peer closes, or that it sent more than it should.
        self.driver.turn().await;
        outcome
    }

    fn reusable(&self) -> bool {
        self.settled && self.driver.0.is_some() && !self.sender.is_closed()
    }

    fn unsent(&self) -> bool {
        self.unsent
    }
}

/// hyper's side that reads and writes; none once it has ended, so that whoever waits for it is told.
struct Driver(Option<Pin<Box<dyn Future<Output = hyper::Result<()>>>>>);

impl Driver {
    /// Runs a future that waits for the connection.
    async fn during<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|cx| {
            self.poll(cx);
            future.as_mut().poll(cx)
        })
        .await
    }

    async fn turn(&mut self) {
        poll_fn(|cx| {
            self.poll(cx);
            Poll::Ready(())
        })
        .await;
    }

    /// The error of a connection reaches the exchange by its response.
    fn poll(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.0
            && connection.as_mut().poll(cx).is_ready()
        {
            self.0 = None;
        }
    }
}
