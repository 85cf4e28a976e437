//! Answers without a schedule.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::domain::{Misread, Reason, Version};
use crate::{faults::Note, http::refuse, telemetry::Failure};

/// The text that clients of both versions know.
const TRANSIENT: &str = "transient error retrieving schedule";

/// Why there is no schedule in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScheduleError {
    /// The query cannot be understood.
    Misread(Vec<Misread>),
    /// It was this request's turn to fail.
    Simulated(Version),
}

impl IntoResponse for ScheduleError {
    fn into_response(self) -> Response {
        match self {
            Self::Misread(misread) => {
                let detail: Vec<Value> = misread.iter().map(detail).collect();
                let body = Json(json!({"detail": detail}));
                refuse(
                    (StatusCode::UNPROCESSABLE_ENTITY, body),
                    failure("invalid_query"),
                )
            }
            Self::Simulated(version) => {
                let body = match version {
                    Version::V1 => TRANSIENT.into_response(),
                    Version::V2 => Json(json!({"error": TRANSIENT})).into_response(),
                };
                let answer = (StatusCode::INTERNAL_SERVER_ERROR, body);
                let mut response = refuse(answer, failure("simulated_failure"));
                let note = Note("simulated failure".to_owned());
                response.extensions_mut().insert(note);
                response
            }
        }
    }
}

/// The shape that clients of validating frameworks know: type, place, text, input.
fn detail(misread: &Misread) -> Value {
    let (kind, text) = match misread.reason {
        Reason::Integer => (
            "int_parsing",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        Reason::Date => (
            "date_parsing",
            "Input should be a valid date in the format YYYY-MM-DD",
        ),
    };
    json!({"type": kind, "loc": ["query", misread.parameter], "msg": text, "input": misread.input})
}

fn failure(kind: &'static str) -> Failure {
    Failure { kind, cause: None }
}
