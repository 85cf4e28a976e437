//! Every answer that is not a success, decided in one place.

use std::error::Error;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    domain::{KeyError, ListLimit, StoreError, ValueError},
    request_body::BodyError,
    telemetry::Failure,
};

/// Why a request was not served. The texts go to the client; none repeats what the client sent.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The path holds no valid key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The path is not percent-encoded UTF-8.
    #[error("path must be UTF-8")]
    Path,
    /// The body is no valid value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The body did not arrive.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The query of a listing is malformed.
    #[error("query must be empty or limit=N with N from 1 to {}", ListLimit::MAX)]
    Query,
    /// No entry has this key.
    #[error("key not found")]
    KeyNotFound,
    /// No route matches.
    #[error("Not Found")]
    NotFound,
    /// The route exists, for other methods.
    #[error("Method Not Allowed")]
    MethodNotAllowed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The request took too long.
    #[error("request timed out")]
    Timeout,
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Value(ValueError::TooLarge) | Self::Body(BodyError::TooLarge) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Body(BodyError::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Key(_) | Self::Path | Self::Value(_) | Self::Body(_) | Self::Query => {
                StatusCode::BAD_REQUEST
            }
            Self::KeyNotFound | Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The `error` field of the log line.
    fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "invalid_key",
            Self::Path => "invalid_path",
            Self::Value(ValueError::TooLarge) => "value_too_large",
            Self::Value(ValueError::NotUtf8) => "invalid_value",
            Self::Body(BodyError::TooLarge) => "body_too_large",
            Self::Body(BodyError::Broken) => "broken_body",
            Self::Body(BodyError::TooSlow) => "slow_body",
            Self::Query => "invalid_query",
            Self::KeyNotFound => "key_not_found",
            Self::NotFound => "route_not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Store(_) => "store_unavailable",
            Self::Timeout => "timeout",
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let detail = Json(json!({"detail": self.to_string()}));
        let mut response = (self.status(), detail).into_response();
        response.extensions_mut().insert(Failure {
            kind: self.kind(),
            cause: causes(&self),
        });
        response
    }
}

/// The sources of `error`, outermost first. They come from adapters, which bind keys and values as
/// parameters and so have none to tell.
pub(super) fn causes(error: &dyn Error) -> Option<String> {
    let chain = std::iter::successors(error.source(), |&cause| cause.source());
    let texts: Vec<String> = chain.map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(": "))
}
