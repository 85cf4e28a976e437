//! The layer that counts, times and logs each request: the service's own view of what it answered.

use std::sync::Arc;

use axum::{
    body::HttpBody,
    extract::{Request, State},
    http::{HeaderMap, header::CONTENT_LENGTH, uri::PathAndQuery},
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use tokio::time::Instant;

use super::{
    Failure, Level, Logger, Metrics, exchange::Exchange, request_guard::RequestGuard,
    trace_context::TraceContext,
};
use crate::{
    endpoint::{Catalogue, Subject},
    faults::{Faults, Note},
};

/// Everything the layer writes to. Clones share it.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// Labels come from here.
    pub catalogue: Catalogue,
    /// Counters and histograms.
    pub metrics: Arc<Metrics>,
    /// Where the lines go.
    pub logger: Logger,
    /// Asked which lies to tell.
    pub faults: Faults,
}

#[derive(Serialize)]
struct RequestLine<'a> {
    method: &'static str,
    route: &'static str,
    status: u16,
    latency_ms: f64,
    /// Length of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(flatten)]
    trace: Option<TraceContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

/// Measures the layers below. The status recorded is the one that this layer hands up.
pub async fn measure(State(telemetry): State<Telemetry>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let subject = telemetry.catalogue.subject(&request);
    let trace = request.extensions().get::<TraceContext>().copied();
    let request_bytes = content_length(request.headers());
    // Empty in an honest service; the target is kept for liars alone.
    let lies = telemetry.faults.metric_lies();
    let target = (!lies.is_empty()).then(|| request.uri().clone());
    let guard = RequestGuard::begin(Arc::clone(&telemetry.metrics), subject);
    let response = next.run(request).await;
    let seconds = began.elapsed().as_secs_f64();
    let exchange = Exchange {
        subject,
        status: response.status().as_u16(),
        seconds,
        trace_id: trace.map(|trace| trace.trace_id),
        request_bytes,
        response_bytes: response.body().size_hint().exact().unwrap_or(0),
    };
    match target {
        None => telemetry.metrics.record(&exchange),
        Some(target) => {
            let target = target.path_and_query().map_or("", PathAndQuery::as_str);
            telemetry.metrics.misrecord(&lies, &exchange, target);
        }
    }
    telemetry.log(subject, seconds, trace, &response);
    guard.finish();
    response
}

impl Telemetry {
    fn log(
        &self,
        subject: Subject,
        seconds: f64,
        trace: Option<TraceContext>,
        response: &Response,
    ) {
        let status = response.status().as_u16();
        let failure = response.extensions().get::<Failure>();
        let note = response.extensions().get::<Note>();
        let line = RequestLine {
            method: subject.method,
            route: subject.route,
            status,
            latency_ms: (seconds * 1e6).round() / 1e3,
            bytes: response.body().size_hint().exact(),
            trace,
            error: failure.map(|failure| failure.kind),
            cause: failure.and_then(|failure| failure.cause.as_deref()),
            note: note.map(|note| note.0.as_str()),
        };
        let level = level(self.catalogue.is_probe(subject.route), status);
        self.logger.log(level, "request", line);
    }
}

/// 0 when it is not announced.
fn content_length(headers: &HeaderMap) -> u64 {
    let announced = headers.get(CONTENT_LENGTH);
    let text = announced.and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn level(probe: bool, status: u16) -> Level {
    match status {
        500.. => Level::Error,
        // A healthy probe is no news.
        _ if probe => Level::Debug,
        _ => Level::Info,
    }
}
