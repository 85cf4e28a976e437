//! The limit on the time of one request.

use std::time::Duration;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};

use super::HttpError;

/// Answers 504 when the routes below take longer than `limit`, if there is one.
pub async fn deadline<F: Future<Output = Response>>(
    limit: Option<Duration>,
    request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    match tokio::time::timeout(limit.unwrap_or(Duration::MAX), next(request)).await {
        Ok(response) => response,
        Err(_elapsed) => HttpError::Timeout.into_response(),
    }
}
