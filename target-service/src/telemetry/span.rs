//! One request as a span, in the JSON of the OpenTelemetry protocol (OTLP 1.x).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::response::Response;
use serde_json::{Value, json};

use super::{Failure, Identity, Telemetry, request_line::Seen, trace_context::TraceContext};
use crate::endpoint::{OTHER_METHOD, Subject, UNMATCHED};

/// OTLP's number for a span of a server.
const SERVER: u8 = 2;
/// OTLP's number for a status of error. Answers below 500 leave the status unset.
const ERROR: u8 = 2;

/// A request that this service has answered.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) context: TraceContext,
    /// As received, to be handed on.
    pub(super) trace_state: Option<String>,
    pub(super) subject: Subject,
    pub(super) status: u16,
    /// The kind of failure, when there is one.
    pub(super) error: Option<&'static str>,
    pub(super) end: SystemTime,
    pub(super) duration: Duration,
}

impl Telemetry {
    /// Hands the span of one finished request on, when its trace is sampled and there is a collector.
    pub(super) fn export_span(
        &self,
        subject: Subject,
        seconds: f64,
        seen: &Seen,
        response: &Response,
    ) {
        let context = seen.trace;
        if self.tracer.exports(context) {
            self.tracer.export(Span {
                context,
                trace_state: seen.trace_state.clone(),
                subject,
                status: response.status().as_u16(),
                error: response
                    .extensions()
                    .get()
                    .map(|failure: &Failure| failure.kind),
                end: SystemTime::now(),
                duration: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
            });
        }
    }
}

impl Span {
    /// Attributes by the semantic conventions for HTTP servers, but `url.path`, which may hold a key.
    fn to_json(&self) -> Value {
        let Subject { method, route } = self.subject;
        let matched = (route != UNMATCHED).then_some(route);
        let told_method = if method == OTHER_METHOD {
            "_OTHER"
        } else {
            method
        };
        let mut attributes = vec![
            text("http.request.method", told_method),
            json!({"key": "http.response.status_code", "value": {"intValue": self.status.to_string()}}),
        ];
        attributes.extend(matched.map(|route| text("http.route", route)));
        let mut span = json!({
            "traceId": format!("{:032x}", self.context.trace_id),
            "spanId": format!("{:016x}", self.context.span_id),
            "flags": self.context.flags,
            "name": matched.map_or_else(|| method.to_owned(), |route| format!("{method} {route}")),
            "kind": SERVER,
            "startTimeUnixNano": nanoseconds(self.end - self.duration),
            "endTimeUnixNano": nanoseconds(self.end),
        });
        if let Some(parent) = self.context.parent_id {
            span["parentSpanId"] = json!(format!("{parent:016x}"));
        }
        if let Some(state) = &self.trace_state {
            span["traceState"] = json!(state);
        }
        if self.status >= 500 {
            let status = self.status.to_string();
            attributes.push(text("error.type", self.error.unwrap_or(&status)));
            span["status"] = json!({"code": ERROR});
        }
        span["attributes"] = Value::Array(attributes);
        span
    }
}

/// The body of one export.
pub(super) fn export_request(identity: &Identity, spans: &[Span]) -> Value {
    let spans: Vec<Value> = spans.iter().map(Span::to_json).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": [
            text("service.name", &identity.service),
            text("service.version", identity.version),
            text("deployment.environment.name", &identity.environment),
        ]},
        "scopeSpans": [{
            "scope": {"name": "target-service", "version": identity.version},
            "spans": spans,
        }],
    }]})
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// 64-bit numbers are strings in JSON of protocol buffers.
fn nanoseconds(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos().to_string()
}
