//! The layer that has the whole body before anything is decided.

use std::mem;

use axum::{
    body::{Body, HttpBody as _},
    extract::Request,
    response::{IntoResponse, Response},
};

use super::HttpError;
use super::request_body;

/// Passes the request on with its body in memory if it is wanted `whole`, or refuses it.
pub async fn receive<F: Future<Output = Response>>(
    whole: bool,
    mut request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    // Most requests have no body, and what is not there need not be put into memory.
    if whole && !request.body().is_end_stream() {
        match request_body::read(mem::take(request.body_mut())).await {
            Ok(bytes) => *request.body_mut() = Body::from(bytes),
            Err(error) => return HttpError::from(error).into_response(),
        }
    }
    next(request).await
}
