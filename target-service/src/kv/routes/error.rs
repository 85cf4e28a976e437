//! Every answer that is not a success, decided in one place.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// The path holds no valid database.
    #[error("database must be a whole number from 0 to {}", i32::MAX)]
    Database,
    /// The body is no valid value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The query of a listing is malformed.
    #[error("query must be empty or limit=N with N from 1 to {}", ListLimit::MAX)]
    Query,
    /// No entry has this key.
    #[error("key not found")]
    KeyNotFound,
    /// An entry has this key already.
    #[error("key already exists")]
    KeyExists,
    /// There is nothing to keep.
    #[error("value must not be null")]
    NoValue,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An error in words.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::kv) struct Detail {
    /// What is wrong.
    #[schema(example = "key not found")]
    pub(super) detail: String,
}

impl KvError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Value(ValueError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Key(_) | Self::Path | Self::Database | Self::Value(_) | Self::Query => {
                StatusCode::BAD_REQUEST
            }
            Self::KeyNotFound => StatusCode::NOT_FOUND,
            Self::KeyExists => StatusCode::CONFLICT,
            Self::NoValue => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Store(StoreError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(StoreError::Unreadable(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `error` field of the log line.
    fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "invalid_key",
            Self::Path => "invalid_path",
            Self::Database => "invalid_database",
            Self::Value(ValueError::TooLarge) => "value_too_large",
            Self::Value(ValueError::NotUtf8) => "invalid_value",
            Self::Query => "invalid_query",
            Self::KeyNotFound => "key_not_found",
            Self::KeyExists => "key_exists",
            Self::NoValue => "invalid_request",
            Self::Store(StoreError::Unavailable(_)) => "store_unavailable",
            Self::Store(StoreError::Unreadable(_)) => "unreadable_entry",
        }
    }

    /// The same failure under another status and in other words.
    pub(super) fn told_as(&self, status: StatusCode, detail: &str) -> Response {
        let body = Json(Detail {
            detail: detail.to_owned(),
        });
        let failure = Failure {
            kind: self.kind(),
            cause: causes(self),
        };
        refuse((status, body), failure)
    }
}

impl IntoResponse for KvError {
    fn into_response(self) -> Response {
        self.told_as(self.status(), &self.to_string())
    }
}
