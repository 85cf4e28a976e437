//! The fault API: one resource, `/faults`, on a listener of its own.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::{FaultSpec, Faults, guard::guard};
use crate::{config::AdminToken, http, profile::ProfileName};

/// Reads, replaces and clears the whole set of a profile: of each at `/faults/{profile}`, of the first at
/// `/faults`, where `DELETE` clears those of all profiles.
///
/// With a `token`, every request has to carry it.
pub fn router(profiles: Vec<(ProfileName, Faults)>, token: Option<&AdminToken>) -> Router {
    let mut router = Router::new();
    if let Some((_, first)) = profiles.first() {
        let all: Vec<Faults> = profiles.iter().map(|(_, faults)| faults.clone()).collect();
        router = router.merge(resource("/faults", first.clone(), all));
    }
    for (name, faults) in profiles {
        let own = vec![faults.clone()];
        router = router.merge(resource(&format!("/faults/{name}"), faults, own));
    }
    // Around the fallback, too: a stranger does not learn which paths there are.
    if let Some(token) = token {
        router = router.layer(middleware::from_fn_with_state(token.clone(), guard));
    }
    http::panics_answered(router)
}

fn resource(path: &str, faults: Faults, cleared: Vec<Faults>) -> Router {
    let clear = async move || {
        cleared.iter().for_each(Faults::clear);
        StatusCode::NO_CONTENT
    };
    Router::new()
        .route(path, get(show).put(replace).delete(clear))
        .route(&format!("{path}/active"), get(active))
        .with_state(faults)
}

async fn show(State(faults): State<Faults>) -> Json<FaultSpec> {
    Json(faults.spec())
}

// From bytes, whatever the content type: `curl -d` sends a form's.
async fn replace(State(faults): State<Faults>, body: Bytes) -> Response {
    // Serde would take a list for the fields in their order, and an empty one for no faults.
    let object = Json::<Map<String, Value>>::from_bytes(&body);
    let spec = object.and_then(|_object| Json::<FaultSpec>::from_bytes(&body));
    let Json(spec) = match spec {
        Ok(spec) => spec,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    match faults.set(spec) {
        Ok(()) => Json(faults.spec()).into_response(),
        Err(mistakes) => refuse(&mistakes.to_string()),
    }
}

/// Every kind and its strength now.
async fn active(State(faults): State<Faults>) -> Json<BTreeMap<&'static str, f64>> {
    Json(faults.strengths().into_iter().collect())
}

fn refuse(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"detail": why}))).into_response()
}
