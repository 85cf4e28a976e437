//! The outermost layer: gives each request its ids and tells the client about them.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

use super::{
    TraceIds,
    trace_context::{Parent, TraceContext},
};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Takes a well-formed `traceparent` over or begins a trace; the answer carries this service's own.
pub async fn trace(State(ids): State<TraceIds>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(TRACEPARENT);
    let parent = header
        .and_then(|value| value.to_str().ok())
        .and_then(Parent::parse);
    let context = TraceContext {
        trace_id: parent.map_or_else(|| ids.trace_id(), |parent| parent.trace_id),
        span_id: ids.id(),
        request_id: ids.id(),
        // Nothing is exported yet, so a trace that begins here is not marked as sampled.
        flags: parent.map_or(0, |parent| parent.flags),
    };
    request.extensions_mut().insert(context);
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::try_from(context.to_traceparent()) {
        response.headers_mut().insert(TRACEPARENT, value);
    }
    response
}
