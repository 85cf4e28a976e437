//! The outermost layer: gives each request its ids and tells the client about them.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};

use super::{TraceContext, Tracer, trace_context::Parent};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(super) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Takes a well-formed `traceparent` over or begins a trace; the answer carries this service's own.
///
/// Routes that pass requests on see the headers as the next service shall: a `traceparent` of this service, and the
/// `tracestate` untouched, unless it came without a `traceparent` that it could belong to.
pub async fn trace<F: Future<Output = Response>>(
    tracer: &Tracer,
    passes_on: bool,
    mut request: Box<Request>,
    next: impl FnOnce(Box<Request>, TraceContext) -> F,
) -> Response {
    let parent = parent(request.headers());
    let context = tracer.context(parent);
    let own = HeaderValue::try_from(context.to_traceparent()).ok();
    if parent.is_none() {
        request.headers_mut().remove(TRACESTATE);
    }
    if passes_on {
        request.extensions_mut().insert(context);
        if let Some(own) = &own {
            request.headers_mut().insert(TRACEPARENT, own.clone());
        }
    }
    let mut response = next(request, context).await;
    if let Some(own) = own {
        response.headers_mut().insert(TRACEPARENT, own);
    }
    response
}

/// Of several headers, none is to be believed.
fn parent(headers: &HeaderMap) -> Option<Parent> {
    let mut all = headers.get_all(TRACEPARENT).iter();
    let only = all.next().filter(|_| all.next().is_none());
    only.and_then(|value| value.to_str().ok())
        .and_then(Parent::parse)
}
