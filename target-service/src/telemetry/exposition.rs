//! `GET /metrics`.

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE as CONTENT_TYPE_HEADER},
    response::{IntoResponse, Response},
};

use super::Telemetry;

/// Content type of the exposition, by which Prometheus picks its parser.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers with all metrics. Stands outside the layers: a scrape is not a request to be judged.
pub async fn exposition(State(telemetry): State<Telemetry>) -> Response {
    match telemetry.metrics.encode(&telemetry.faults.active()) {
        Ok(text) => ([(CONTENT_TYPE_HEADER, CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
