//! The layer above the metrics: what it does, only the client sees.

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::Faults;
use crate::http::request_body;

/// Delays the request, then answers in the place of the service or passes the request on.
///
/// A failing request is not passed on, as with a broken proxy: nothing below learns of it. Its body is
/// read all the same, so that the client keeps its connection and sees this status and not a reset.
pub async fn outer(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let hit = faults.roll_outer(faults.subject(&request));
    if !hit.latency.is_zero() {
        tokio::time::sleep(hit.latency).await;
    }
    match hit.failure {
        Some(status) => {
            let _whatever_came = request_body::read(request.into_body()).await;
            (status, Json(json!({"detail": "injected fault"}))).into_response()
        }
        None => next.run(request).await,
    }
}
