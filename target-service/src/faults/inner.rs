//! The layer below the metrics: its faults are reported truly, with a note.

use std::time::Duration;

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Faults, inner_rule::InnerStrike};
use crate::{endpoint::Subject, http::HttpError};

/// Says in the log which fault a request met. Travels as a response extension, never on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(pub String);

/// What an injected panic is thrown with, so that it can be told from a real one.
#[derive(Debug)]
pub(crate) struct InjectedPanic;

impl InjectedPanic {
    pub(crate) fn note() -> Note {
        Note("injected panic".to_owned())
    }
}

/// Delays the request, then strikes it or passes it on. A hang lasts as long as the limit of the routes below.
pub async fn inner<F: Future<Output = Response>>(
    faults: &Faults,
    subject: Subject,
    limit: Duration,
    request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    let hit = faults.roll_inner(subject);
    let mut notes = Vec::new();
    if !hit.latency.is_zero() {
        notes.push(format!("injected latency {} ms", hit.latency.as_millis()));
        tokio::time::sleep(hit.latency).await;
    }
    let mut response = match hit.strike {
        None => next(request).await,
        Some(InnerStrike::Error(status)) => {
            notes.push(format!("injected error {}", status.as_u16()));
            (status, Json(json!({"detail": "injected fault"}))).into_response()
        }
        Some(InnerStrike::Hang) => {
            notes.push("injected hang".to_owned());
            tokio::time::sleep(limit).await;
            HttpError::Timeout.into_response()
        }
        Some(InnerStrike::Panic) => std::panic::panic_any(InjectedPanic),
    };
    if !notes.is_empty() {
        response.extensions_mut().insert(Note(notes.join(", ")));
    }
    response
}
