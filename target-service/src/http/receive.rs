//! The layer that has the whole body before anything is decided.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::HttpError;
use super::request_body;

/// Passes the request on with its body in memory, or refuses it.
pub async fn receive(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match request_body::read(body).await {
        Ok(bytes) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Err(error) => HttpError::from(error).into_response(),
    }
}
