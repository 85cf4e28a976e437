//! The layer below the metrics: its faults are reported truly, with a note.

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Faults, route_fault::Hit};

/// Says in the log which fault a request met. Travels as a response extension, never on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(pub String);

/// Delays the request, then fails it or passes it on.
pub async fn inner(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let hit = faults.roll_inner(faults.subject(&request));
    if !hit.latency.is_zero() {
        tokio::time::sleep(hit.latency).await;
    }
    let mut response = match hit.failure {
        Some(status) => (status, Json(json!({"detail": "injected fault"}))).into_response(),
        None => next.run(request).await,
    };
    if let Some(note) = note(&hit) {
        response.extensions_mut().insert(note);
    }
    response
}

fn note(hit: &Hit) -> Option<Note> {
    let mut parts = Vec::new();
    if !hit.latency.is_zero() {
        parts.push(format!("injected latency {} ms", hit.latency.as_millis()));
    }
    if let Some(status) = hit.failure {
        parts.push(format!("injected error {}", status.as_u16()));
    }
    (!parts.is_empty()).then(|| Note(parts.join(", ")))
}
