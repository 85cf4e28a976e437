//! The layer that counts, times and logs each request: the service's own view of what it answered.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

use super::{Logger, Metrics, Tracer, request_guard::RequestGuard, request_line::Seen};
use crate::{endpoint::Catalogue, faults::Faults};

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
    /// Asked whether an increment is to be lost.
    pub faults: Faults,
}

/// Measures the layers below. The status recorded is the one that this layer hands up.
pub async fn measure(State(telemetry): State<Telemetry>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let subject = telemetry.catalogue.subject(&request);
    let seen = Seen::of(&request, subject, &telemetry);
    let guard = RequestGuard::begin(Arc::clone(&telemetry.metrics), subject);
    let response = next.run(request).await;
    let seconds = began.elapsed().as_secs_f64();
    let status = response.status().as_u16();

    // The only place where a telemetry fault strikes: histogram and log stay true.
    if !telemetry.faults.drop_increment(status) {
        telemetry.metrics.count(subject, status);
    }
    telemetry.metrics.observe(subject, seconds);
    telemetry.log(subject, seconds, &seen, &response);
    guard.finish();
    response
}
