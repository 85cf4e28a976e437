//! Is the process alive, and should it get traffic.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::time::timeout;

use super::{
    catalogue::{LIVEZ, READYZ},
    error::causes,
};
use crate::{domain::Store, drain::Drain, telemetry::Failure};

/// A store that answers later is no use to a request either.
const STORE_LIMIT: Duration = Duration::from_secs(1);

#[derive(Clone)]
struct Readiness {
    store: Arc<dyn Store>,
    drain: Drain,
}

/// `/livez` and `/readyz`.
pub fn router(store: Arc<dyn Store>, drain: Drain) -> Router {
    Router::new()
        .route(LIVEZ, get(alive))
        .route(READYZ, get(ready))
        .with_state(Readiness { store, drain })
}

/// Never asks the store: a restart would not bring it back.
async fn alive() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    if readiness.drain.has_begun() {
        return not_ready("draining", None);
    }
    match timeout(STORE_LIMIT, readiness.store.ping()).await {
        Ok(Ok(())) => Json(json!({"status": "ready"})).into_response(),
        Ok(Err(error)) => not_ready("store_unavailable", causes(&error)),
        Err(_elapsed) => not_ready("store_timeout", None),
    }
}

fn not_ready(reason: &'static str, cause: Option<String>) -> Response {
    let body = Json(json!({"status": "not_ready", "reason": reason}));
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, body).into_response();
    response.extensions_mut().insert(Failure {
        kind: reason,
        cause,
    });
    response
}
