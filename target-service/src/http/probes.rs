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

use super::refuse;
use crate::{
    drain::Drain,
    profile::{Dependency, NotReady},
    telemetry::Failure,
};

/// Path of the liveness probe.
pub const LIVEZ: &str = "/livez";
/// Path of the readiness probe.
pub const READYZ: &str = "/readyz";

/// A dependency that answers later is no use to a request either.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

#[derive(Clone)]
struct Readiness {
    dependencies: Vec<Arc<dyn Dependency>>,
    drain: Drain,
}

/// `/livez` and `/readyz`.
pub fn router(dependencies: Vec<Arc<dyn Dependency>>, drain: Drain) -> Router {
    Router::new()
        .route(LIVEZ, get(alive))
        .route(READYZ, get(ready))
        .with_state(Readiness {
            dependencies,
            drain,
        })
}

/// Never asks a dependency: a restart would not bring it back.
async fn alive() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    match readiness.check().await {
        Ok(()) => Json(json!({"status": "ready"})).into_response(),
        Err(NotReady { reason, cause }) => {
            let body = Json(json!({"status": "not_ready", "reason": reason}));
            let kind = reason;
            refuse(
                (StatusCode::SERVICE_UNAVAILABLE, body),
                Failure { kind, cause },
            )
        }
    }
}

impl Readiness {
    async fn check(&self) -> Result<(), NotReady> {
        if self.drain.has_begun() {
            return Err(NotReady::because("draining"));
        }
        for dependency in &self.dependencies {
            let answer = timeout(CHECK_LIMIT, dependency.ready()).await;
            answer
                .unwrap_or_else(|_elapsed| Err(NotReady::because(dependency.timeout_reason())))?;
        }
        Ok(())
    }
}
