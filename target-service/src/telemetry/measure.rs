//! The layer that counts, times and logs each request: the service's own view of what it answered.

use std::sync::Arc;

use axum::{
    body::HttpBody,
    extract::Request,
    http::{HeaderMap, Uri, header::CONTENT_LENGTH, uri::PathAndQuery},
    response::Response,
};
use tokio::time::Instant;

use super::{
    Logger, Metrics, TraceContext, Tracer, exchange::Exchange, request_guard::RequestGuard,
    request_line::Seen,
};
use crate::{
    endpoint::{Catalogue, Subject},
    faults::Faults,
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
    /// Where the spans go.
    pub tracer: Tracer,
    /// Asked which lies to tell.
    pub faults: Faults,
}

/// Measures the layers below. The status recorded is the one that this layer hands up.
pub async fn measure<F: Future<Output = Response>>(
    telemetry: &Telemetry,
    subject: Subject,
    trace: TraceContext,
    request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    let began = Instant::now();
    let seen = Seen::of(&request, subject, trace, telemetry);
    let request_bytes = content_length(request.headers());
    // Kept for liars alone.
    let has_lies = !telemetry.faults.metric_lies().is_empty();
    let target = has_lies.then(|| request.uri().clone());
    let guard = RequestGuard::begin(Arc::clone(&telemetry.metrics), subject);
    let response = next(request).await;
    let seconds = began.elapsed().as_secs_f64();
    let exchange = Exchange {
        subject,
        status: response.status().as_u16(),
        seconds,
        trace_id: trace.trace_id,
        request_bytes,
        response_bytes: response.body().size_hint().exact().unwrap_or(0),
    };
    // Asked again: what was reset while the request was under way is over.
    let lies = telemetry.faults.metric_lies();
    if lies.is_empty() {
        telemetry.metrics.record(&exchange);
    } else {
        let target = target.as_ref().and_then(Uri::path_and_query);
        let target = target.map(PathAndQuery::as_str);
        telemetry.metrics.misrecord(&lies, &exchange, target);
    }
    telemetry.log(subject, seconds, &seen, &response);
    guard.finish();
    response
}

/// 0 when it is not announced.
fn content_length(headers: &HeaderMap) -> u64 {
    let announced = headers.get(CONTENT_LENGTH);
    let text = announced.and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}
