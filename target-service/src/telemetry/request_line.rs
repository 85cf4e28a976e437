//! The log line of one finished request.

use axum::{
    body::HttpBody,
    extract::Request,
    http::{HeaderMap, Version},
    response::Response,
};

use super::{
    Failure, Level, MoreFields, Telemetry,
    log_fields::{FIELDS, JsonFields},
    trace::TRACESTATE,
    trace_context::{HexId, TraceContext},
};
use crate::{
    endpoint::{Subject, UNMATCHED},
    faults::Note,
    server::Wire,
};

/// What a line tells. Ids are hex digits.
#[derive(Debug)]
pub(super) struct RequestLine<'a> {
    pub(super) method: &'static str,
    pub(super) route: &'static str,
    pub(super) status: u16,
    pub(super) latency_ms: f64,
    /// Length of the answer's body, when it is known.
    pub(super) bytes: Option<u64>,
    pub(super) trace: TraceContext,
    pub(super) error: Option<&'static str>,
    pub(super) cause: Option<&'a str>,
    pub(super) note: Option<&'a str>,
    /// Fields of the profile, as a JSON object.
    pub(super) more: Option<String>,
    pub(super) quoted: Option<&'a str>,
}

impl RequestLine<'_> {
    /// Writes the members in the order of the documentation.
    pub(super) fn write(&self, to: &mut JsonFields<'_>) {
        to.plain("msg", b"request");
        to.plain("method", self.method.as_bytes());
        to.plain("route", self.route.as_bytes());
        to.field("status", self.status);
        to.field("latency_ms", self.latency_ms);
        if let Some(bytes) = self.bytes {
            to.field("bytes", bytes);
        }
        to.plain("request_id", HexId::of_64(self.trace.request_id).as_bytes());
        to.plain("trace_id", HexId::of_128(self.trace.trace_id).as_bytes());
        to.plain("span_id", HexId::of_64(self.trace.span_id).as_bytes());
        let texts = [
            ("error", self.error),
            ("cause", self.cause),
            ("note", self.note),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                to.field(name, text);
            }
        }
        if let Some(more) = &self.more {
            to.object(FIELDS, more);
        }
    }
}

/// What a line needs of the request, kept while the request is under way.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) trace: TraceContext,
    /// Only when a span is going to be exported.
    pub(super) trace_state: Option<String>,
    quoted: Option<String>,
}

impl Seen {
    pub(super) fn of(
        request: &Request,
        subject: Subject,
        trace: TraceContext,
        telemetry: &Telemetry,
    ) -> Self {
        let style = telemetry.logger.style();
        let exported = telemetry.tracer.exports(trace);
        let quotes = style.format.quotes_requests();
        Self {
            trace,
            trace_state: exported.then(|| trace_state(request.headers())).flatten(),
            quoted: quotes.then(|| quote(request, subject, style.queries)),
        }
    }
}

/// All headers as one list, as the standard reads them.
fn trace_state(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(TRACESTATE).iter();
    let texts: Vec<&str> = all.filter_map(|value| value.to_str().ok()).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

/// `127.0.0.1:60704 - "GET / HTTP/1.1"`
///
/// Paths and queries may hold keys. So the route template stands for the path, unless the queries of the
/// profile are known to be harmless.
fn quote(request: &Request, subject: Subject, queries: bool) -> String {
    let wire: Option<&Wire> = request.extensions().get();
    let client = wire.map_or_else(|| "-".to_owned(), |wire| wire.peer().to_string());
    let method = subject.method;
    let version = match request.version() {
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    };
    // A quote in a path is legal and would end the quoted part.
    let target = match request.uri().path_and_query() {
        Some(target) if queries => target.as_str().replace('"', "%22"),
        _ if subject.route == UNMATCHED => UNMATCHED.to_owned(),
        _ => subject.route.to_owned(),
    };
    format!("{client} - \"{method} {target} HTTP/{version}\"")
}

impl Telemetry {
    /// Writes the line of one finished request and hands its span on.
    pub(super) fn log(&self, subject: Subject, seconds: f64, seen: &Seen, response: &Response) {
        let status = response.status().as_u16();
        let failure = response.extensions().get::<Failure>();
        let note = response.extensions().get::<Note>();
        let line = RequestLine {
            method: subject.method,
            route: subject.route,
            status,
            latency_ms: (seconds * 1e6).round() / 1e3,
            bytes: response.body().size_hint().exact(),
            trace: seen.trace,
            error: failure.map(|failure| failure.kind),
            cause: failure.and_then(|failure| failure.cause.as_deref()),
            note: note.map(|note| note.0.as_str()),
            more: response
                .extensions()
                .get()
                .and_then(|more: &MoreFields| serde_json::to_string(more).ok()),
            quoted: seen.quoted.as_deref(),
        };
        let level = level(self.catalogue.is_probe(subject.route), status);
        self.logger.request(level, &line);
        self.export_span(subject, seconds, seen, response);
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
