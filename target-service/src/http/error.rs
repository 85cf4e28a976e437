//! Answers that are no success and that no profile has a say in.

use std::error::Error;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::request_body::BodyError;
use crate::telemetry::Failure;

/// Why a request was not served by any route. The texts go to the client; none repeats what it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The body did not arrive.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// No route matches.
    #[error("Not Found")]
    NotFound,
    /// The route exists, for other methods.
    #[error("Method Not Allowed")]
    MethodNotAllowed,
    /// The request took too long.
    #[error("request timed out")]
    Timeout,
}

impl HttpError {
    fn status(self) -> StatusCode {
        match self {
            Self::Body(BodyError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(BodyError::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(BodyError::Broken) => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The `error` field of the log line.
    fn kind(self) -> &'static str {
        match self {
            Self::Body(BodyError::TooLarge) => "body_too_large",
            Self::Body(BodyError::Broken) => "broken_body",
            Self::Body(BodyError::TooSlow) => "slow_body",
            Self::NotFound => "route_not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Timeout => "timeout",
        }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let body = Json(json!({"detail": self.to_string()}));
        refuse(
            (self.status(), body),
            Failure {
                kind: self.kind(),
                cause: causes(&self),
            },
        )
    }
}

/// An answer that tells the log line why it is no success.
pub fn refuse(answer: impl IntoResponse, failure: Failure) -> Response {
    let mut response = answer.into_response();
    response.extensions_mut().insert(failure);
    response
}

/// The sources of `error`, outermost first. They come from adapters, which bind what clients send as
/// parameters and so have none of it to tell.
pub fn causes(error: &dyn Error) -> Option<String> {
    let chain = std::iter::successors(error.source(), |&cause| cause.source());
    let texts: Vec<String> = chain.map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(": "))
}
