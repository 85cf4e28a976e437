//! The fault API: one resource, `/faults`, on a listener of its own.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::{FaultSpec, Faults};
use crate::profile::ProfileName;

/// Reads, replaces and clears the whole set of a profile: of the first at `/faults`, of each at
/// `/faults/{profile}`.
pub fn router(profiles: Vec<(ProfileName, Faults)>) -> Router {
    let mut router = Router::new();
    if let Some((_, first)) = profiles.first() {
        router = router.merge(resource("/faults", first.clone()));
    }
    for (name, faults) in profiles {
        router = router.merge(resource(&format!("/faults/{name}"), faults));
    }
    router
}

fn resource(path: &str, faults: Faults) -> Router {
    Router::new()
        .route(path, get(show).put(replace).delete(clear))
        .with_state(faults)
}

async fn show(State(faults): State<Faults>) -> Json<FaultSpec> {
    Json(faults.spec())
}

// From bytes, whatever the content type: `curl -d` sends a form's.
async fn replace(State(faults): State<Faults>, body: Bytes) -> Response {
    let Json(spec) = match Json::<FaultSpec>::from_bytes(&body) {
        Ok(spec) => spec,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    match faults.set(spec) {
        Ok(()) => Json(faults.spec()).into_response(),
        Err(mistakes) => refuse(&mistakes.to_string()),
    }
}

async fn clear(State(faults): State<Faults>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

fn refuse(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"detail": why}))).into_response()
}
