//! Every answer that is not a success, decided in one place.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    events::domain::{InvalidDomain, StoreError},
    http::{causes, refuse},
    telemetry::Failure,
};

/// Why a request was not served. The texts go to the client; none repeats what the client sent.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The path holds no valid domain.
    #[error(transparent)]
    Domain(#[from] InvalidDomain),
    /// Neither `delivered` nor `bounced`.
    #[error("unknown event")]
    UnknownEvent,
    /// The store has no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EventsError {
    /// Status, text of the answer and `error` field of the log line.
    fn told(&self) -> (StatusCode, String, &'static str) {
        let (status, kind) = match self {
            Self::Domain(_) => (StatusCode::BAD_REQUEST, "invalid_domain"),
            Self::UnknownEvent => (StatusCode::NOT_FOUND, "unknown_event"),
            Self::Store(StoreError::Unreachable(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable")
            }
            Self::Store(StoreError::Failed(_)) => {
                let text = "Internal Server Error".to_owned();
                return (StatusCode::INTERNAL_SERVER_ERROR, text, "store_failed");
            }
        };
        (status, self.to_string(), kind)
    }
}

impl IntoResponse for EventsError {
    fn into_response(self) -> Response {
        let (status, text, kind) = self.told();
        let cause = causes(&self);
        refuse(
            (status, Json(json!({"error": text}))),
            Failure { kind, cause },
        )
    }
}
