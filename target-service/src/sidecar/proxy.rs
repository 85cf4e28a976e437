//! The way of a request through the sidecar.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, request},
    response::{IntoResponse, Response},
};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    CATALOGUE,
    decisions::{Decision, Decisions},
    download::Download,
    exchange::Exchange,
    hop,
    metrics::{Outcome, SidecarMetrics},
    own_answer::{FAULT, NoAnswer, marked, refusal},
    reach::Reach,
    settings::{DropMode, Drops},
    upload::Upload,
    upstream::{Outgoing, Upstream},
};
use crate::{
    drain::Drain,
    faults::Note,
    server::Wire,
    telemetry::{Logger, TraceContext},
};

/// Longest wait for a client that has announced more of its body than it sends.
const CLIENT_LIMIT: Duration = Duration::from_secs(10);

/// Everything that a request meets.
pub(super) struct Proxy {
    pub(super) upstream: Arc<Upstream>,
    pub(super) timeout: Duration,
    pub(super) drops: Drops,
    pub(super) decisions: Decisions,
    pub(super) metrics: Arc<SidecarMetrics>,
    pub(super) reach: Arc<Reach>,
    pub(super) logger: Logger,
    pub(super) drain: Drain,
    /// Name of this process in `via`, by which it knows a request of its own.
    pub(super) pseudonym: String,
}

/// Forwards the request, or does to it what was rolled.
pub(super) async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let method = CATALOGUE.subject(&request).method;
    let (head, body) = request.into_parts();
    let trace = head.extensions.get::<TraceContext>().copied();
    let (metrics, logger) = (Arc::clone(&proxy.metrics), proxy.logger.clone());
    let exchange = Exchange::begin(metrics, logger, method, trace);
    let upload = Upload::new(body);
    if let Err(reason) = hop::check(&head, &proxy.pseudonym) {
        upload.drain().await;
        return exchange.answer(Outcome::Refused, None, refusal(reason));
    }
    match proxy.decisions.next() {
        Decision::Drop => {
            let wire = head.extensions.get::<Wire>().cloned();
            proxy.drop_request(exchange, upload, wire).await
        }
        Decision::Forward => proxy.pass(exchange, &head, upload).await,
        Decision::Delay(delay) => {
            proxy.metrics.delayed();
            sleep(delay).await;
            let mut response = proxy.pass(exchange, &head, upload).await;
            let headers = response.headers_mut();
            headers
                .entry(FAULT)
                .or_insert(HeaderValue::from_static("delayed"));
            let note = Note(format!("injected delay {} ms", delay.as_millis()));
            response.extensions_mut().insert(note);
            response
        }
    }
}

impl Proxy {
    async fn drop_request(
        &self,
        mut exchange: Exchange,
        upload: Upload,
        wire: Option<Wire>,
    ) -> Response {
        exchange.will_be_dropped();
        self.metrics.dropped(self.drops.mode);
        let delay = sleep(self.drops.delay);
        match (self.drops.mode, wire) {
            // Called without a connection, as in a test: there is nothing to break.
            (DropMode::GatewayTimeout, _) | (_, None) => {
                tokio::join!(delay, upload.drain());
                let response = StatusCode::GATEWAY_TIMEOUT.into_response();
                let mut response = marked(response, Outcome::Dropped);
                let note = Note("injected gateway timeout".to_owned());
                response.extensions_mut().insert(note);
                exchange.answer(Outcome::Dropped, None, response)
            }
            // The body is read here, too: behind it lies the news that the client has left.
            (DropMode::Reset, Some(wire)) => {
                tokio::join!(delay, upload.drain());
                wire.reset();
                never().await
            }
            (DropMode::Hang, Some(wire)) => {
                tokio::join!(self.drain.begun(), upload.drain());
                wire.close();
                never().await
            }
        }
    }

    async fn pass(&self, exchange: Exchange, head: &request::Parts, upload: Upload) -> Response {
        let sent = Instant::now();
        let outgoing = Outgoing {
            method: head.method.clone(),
            uri: head.uri.clone(),
            headers: hop::request_headers(head, &self.pseudonym),
            body: upload.clone(),
        };
        let answered = self.answer_in_time(outgoing, &upload).await;
        let took = sent.elapsed();
        if answered.is_err() {
            // The handle of the upstream's client is gone; what is left is the client's to get rid of.
            upload.drain().await;
        }
        match answered {
            Ok(mut response) => {
                self.reach.tell(true);
                self.metrics.upstream_answered(took);
                hop::remove_hop_by_hop(response.headers_mut());
                let response = Download::watch(response, Arc::clone(&self.metrics));
                exchange.answer(Outcome::Forwarded, Some(took), response)
            }
            Err(no_answer) => {
                let (outcome, response) = no_answer.into_response();
                if outcome != Outcome::Refused {
                    self.reach.tell(false);
                }
                exchange.answer(outcome, Some(took), response)
            }
        }
    }

    /// Time runs while nothing moves: a long body in motion is not late.
    async fn answer_in_time(
        &self,
        outgoing: Outgoing,
        upload: &Upload,
    ) -> Result<Response, NoAnswer> {
        let began = Instant::now();
        let mut answer = std::pin::pin!(self.upstream.send(outgoing));
        loop {
            let waits_for_client = upload.waits_for_client();
            let limit = if waits_for_client {
                self.timeout.max(CLIENT_LIMIT)
            } else {
                self.timeout
            };
            let end = began.max(upload.moved()) + limit;
            tokio::select! {
                biased;
                answered = &mut answer => return answered.map_err(|error| {
                    if upload.is_broken() { NoAnswer::ClientBroken } else { NoAnswer::Failed(error) }
                }),
                // A wait that began for one side may have become one for the other.
                () = sleep_until(end.min(Instant::now() + self.timeout)) => {}
            }
            let still = waits_for_client == upload.waits_for_client();
            if still && began.max(upload.moved()) + limit <= Instant::now() {
                return Err(if waits_for_client {
                    NoAnswer::ClientTimeout
                } else {
                    NoAnswer::UpstreamTimeout
                });
            }
        }
    }
}

/// The end of the connection drops the caller, and with it the exchange.
async fn never() -> Response {
    std::future::pending().await
}
