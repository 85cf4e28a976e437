//! One request and how it ends: counted once, whatever becomes of it.

use std::{sync::Arc, time::Duration};

use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::metrics::{Outcome, SidecarMetrics};
use crate::telemetry::{Level, Logger, MoreFields, TraceContext};

/// Dropped without an answer when the server drops the request's future: the client has gone, or the
/// connection was cut.
pub(super) struct Exchange {
    metrics: Arc<SidecarMetrics>,
    logger: Logger,
    method: &'static str,
    trace: Option<TraceContext>,
    began: Instant,
    /// How it ends when no answer comes; `None` once one has.
    unanswered: Option<Outcome>,
}

/// The line of a request that got no answer: the common layers write none.
#[derive(Serialize)]
struct NoAnswer {
    method: &'static str,
    route: &'static str,
    latency_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    outcome: &'static str,
}

impl Exchange {
    pub(super) fn begin(
        metrics: Arc<SidecarMetrics>,
        logger: Logger,
        method: &'static str,
        trace: Option<TraceContext>,
    ) -> Self {
        Self {
            metrics,
            logger,
            method,
            trace,
            began: Instant::now(),
            unanswered: Some(Outcome::ClientGone),
        }
    }

    /// From here on it is no news when the client leaves.
    pub(super) fn will_be_dropped(&mut self) {
        self.unanswered = Some(Outcome::Dropped);
    }

    /// Ends with `response`. `upstream`: how long the upstream took for its head.
    pub(super) fn answer(
        mut self,
        outcome: Outcome,
        upstream: Option<Duration>,
        mut response: Response,
    ) -> Response {
        self.unanswered = None;
        let status = response.status().as_u16();
        let took = self.began.elapsed();
        self.metrics.end(self.method, outcome, Some(status), took);
        let mut fields = MoreFields::default();
        fields.insert("outcome", json!(outcome.as_str()));
        if let Some(upstream) = upstream {
            fields.insert("upstream_ms", json!(milliseconds(upstream)));
        }
        response.extensions_mut().insert(fields);
        response
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(outcome) = self.unanswered else {
            return;
        };
        let took = self.began.elapsed();
        self.metrics.end(self.method, outcome, None, took);
        let line = NoAnswer {
            method: self.method,
            route: super::ROUTE,
            latency_ms: milliseconds(took),
            trace_id: self.trace.map(|trace| format!("{:032x}", trace.trace_id)),
            span_id: self.trace.map(|trace| format!("{:016x}", trace.span_id)),
            outcome: outcome.as_str(),
        };
        self.logger.log(Level::Warn, "no answer", line);
    }
}

/// With three decimals, as `latency_ms`.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
