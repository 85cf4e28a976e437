//! The limit on the time of one request.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

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
    let mut routed = pin!(next(request));
    // Most answers are there at once and need no timer.
    if let Poll::Ready(response) = poll_fn(|cx| Poll::Ready(routed.as_mut().poll(cx))).await {
        return response;
    }
    let Some(limit) = limit else {
        return routed.await;
    };
    match tokio::time::timeout(limit, routed).await {
        Ok(response) => response,
        Err(_elapsed) => HttpError::Timeout.into_response(),
    }
}
