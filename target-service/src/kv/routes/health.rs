//! `/health`: the store's health, in two words.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::{Shared, catalogue::HEALTH};
use crate::{
    http::refuse,
    kv::{Compat, openapi::FailuresOr},
    profile::NotReady,
    telemetry::Failure,
};

/// A store that answers later is no use to a request either.
const LIMIT: Duration = Duration::from_secs(1);

/// The answer to `/health`.
#[derive(Serialize, ToSchema)]
pub(in crate::kv) struct Health {
    /// `healthy` or `unhealthy`.
    #[schema(example = "healthy")]
    status: &'static str,
}

const HEALTHY: Json<Health> = Json(Health { status: "healthy" });
const UNHEALTHY: Json<Health> = Json(Health {
    status: "unhealthy",
});

/// The route.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route(HEALTH, get(health))
}

/// Ask the store whether it answers
///
/// As `DumbKV` this is always 200: the original never asks.
#[utoipa::path(
    get, path = "/health", operation_id = "get_health", tag = "service",
    responses((status = 200, description = "The store answers.", body = Health), FailuresOr<Health>),
)]
pub(in crate::kv) async fn health(State(shared): State<Arc<Shared>>) -> Response {
    if shared.compat == Compat::DumbKv {
        return HEALTHY.into_response();
    }
    let late = || NotReady::because(shared.store.timeout_reason());
    match timeout(LIMIT, shared.store.ready())
        .await
        .unwrap_or_else(|_elapsed| Err(late()))
    {
        Ok(()) => HEALTHY.into_response(),
        Err(NotReady { reason, cause }) => {
            let kind = reason;
            refuse(
                (StatusCode::SERVICE_UNAVAILABLE, UNHEALTHY),
                Failure { kind, cause },
            )
        }
    }
}
