//! The layer that counts, times and logs each request: the service's own view of what it answered.

use std::sync::Arc;

use axum::{
    body::HttpBody,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use tokio::time::Instant;

use super::{
    Failure, Level, Logger, Metrics, MoreFields, request_guard::RequestGuard,
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
    /// Asked whether an increment is to be lost.
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
    #[serde(flatten)]
    more: Option<&'a MoreFields>,
}

/// Measures the layers below. The status recorded is the one that this layer hands up.
pub async fn measure(State(telemetry): State<Telemetry>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let subject = telemetry.catalogue.subject(&request);
    let trace = request.extensions().get::<TraceContext>().copied();
    let guard = RequestGuard::begin(Arc::clone(&telemetry.metrics), subject);
    let response = next.run(request).await;
    let seconds = began.elapsed().as_secs_f64();
    let status = response.status().as_u16();

    // The only place where a telemetry fault strikes: histogram and log stay true.
    if !telemetry.faults.drop_increment(status) {
        telemetry.metrics.count(subject, status);
    }
    telemetry.metrics.observe(subject, seconds);
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
            more: response.extensions().get(),
        };
        let level = level(self.catalogue.is_probe(subject.route), status);
        self.logger.log(level, "request", line);
    }
}

fn level(probe: bool, status: u16) -> Level {
    match status {
        500.. => Level::Error,
        // A healthy probe is no news.
        _ if probe => Level::Debug,
        _ => Level::Info,
    }
}
