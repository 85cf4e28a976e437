//! Every answer that is not a success, decided in one place.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    http::{causes, refuse},
    kv::domain::{KeyError, ListLimit, StoreError, ValueError},
    telemetry::Failure,
};

/// Why a request was not served. The texts go to the client; none repeats what the client sent.
#[derive(Debug, thiserror::Error)]
pub enum KvError {
    /// The path holds no valid key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The path is not percent-encoded UTF-8.
    #[error("path must be UTF-8")]
    Path,
    /// The body is no valid value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The query of a listing is malformed.
    #[error("query must be empty or limit=N with N from 1 to {}", ListLimit::MAX)]
    Query,
    /// No entry has this key.
    #[error("key not found")]
    KeyNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KvError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Value(ValueError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Key(_) | Self::Path | Self::Value(_) | Self::Query => StatusCode::BAD_REQUEST,
            Self::KeyNotFound => StatusCode::NOT_FOUND,
            Self::Store(StoreError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(StoreError::Unreadable(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `error` field of the log line.
    fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "invalid_key",
            Self::Path => "invalid_path",
            Self::Value(ValueError::TooLarge) => "value_too_large",
            Self::Value(ValueError::NotUtf8) => "invalid_value",
            Self::Query => "invalid_query",
            Self::KeyNotFound => "key_not_found",
            Self::Store(StoreError::Unavailable(_)) => "store_unavailable",
            Self::Store(StoreError::Unreadable(_)) => "unreadable_entry",
        }
    }
}

impl IntoResponse for KvError {
    fn into_response(self) -> Response {
        let body = Json(json!({"detail": self.to_string()}));
        let failure = Failure {
            kind: self.kind(),
            cause: causes(&self),
        };
        refuse((self.status(), body), failure)
    }
}
