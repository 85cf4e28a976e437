//! The log line of one finished request.

use axum::{body::HttpBody, response::Response};
use serde::Serialize;

use super::{Failure, Level, Telemetry, trace_context::TraceContext};
use crate::{endpoint::Subject, faults::Note};

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

impl Telemetry {
    /// Writes the line of one finished request.
    pub(super) fn log(
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

fn level(probe: bool, status: u16) -> Level {
    match status {
        500.. => Level::Error,
        // A healthy probe is no news.
        _ if probe => Level::Debug,
        _ => Level::Info,
    }
}
