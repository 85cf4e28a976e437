//! A small key-value service, well instrumented, with faults on demand and telemetry that can be made to lie.
//!
//! ```text
//! domain  ◄── store (memory, sqlite)         keys, values and where they are kept
//!    ▲
//! routes                                     HTTP in, answers out
//!    ▲
//! app(): trace → outer faults → measure → receive → inner faults → deadline → routes
//! ```
//!
//! `faults` and `telemetry` are layers that know neither entries nor stores. [`app`] composes, the
//! binary picks the adapters.

#![forbid(unsafe_code)]

pub mod config;
pub mod domain;
pub mod drain;
pub mod endpoint;
pub mod faults;
pub mod request_body;
pub mod routes;
pub mod server;
pub mod store;
pub mod telemetry;

use std::{sync::Arc, time::Duration};

use axum::{Router, middleware, routing::get};

use domain::Store;
use drain::Drain;
use routes::ApiError;
use telemetry::{Telemetry, TraceIds};

/// What the service is made of.
#[derive(Clone)]
pub struct AppState {
    /// Where entries are kept.
    pub store: Arc<dyn Store>,
    /// What the service says about itself, and the faults in force.
    pub telemetry: Telemetry,
    /// Turns `/readyz` to 503.
    pub drain: Drain,
    /// Limit on the time of one request.
    pub request_limit: Duration,
}

/// The whole service but its listeners.
pub fn app(state: AppState) -> Router {
    let faults = state.telemetry.faults.clone();
    // Each layer wraps those added before it: read upwards for the way of a request.
    routes::kv(Arc::clone(&state.store))
        .merge(routes::probes(state.store, state.drain))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn_with_state(
            state.request_limit,
            routes::deadline,
        ))
        .layer(middleware::from_fn_with_state(
            faults.clone(),
            faults::inner,
        ))
        .layer(middleware::from_fn(routes::receive))
        .layer(middleware::from_fn_with_state(
            state.telemetry.clone(),
            telemetry::measure,
        ))
        .layer(middleware::from_fn_with_state(faults, faults::outer))
        .layer(middleware::from_fn_with_state(
            TraceIds::default(),
            telemetry::trace,
        ))
        .merge(metrics(state.telemetry))
}

/// Outside all layers: reading the metrics must not change them.
fn metrics(telemetry: Telemetry) -> Router {
    Router::new()
        .route("/metrics", get(telemetry::exposition))
        .with_state(telemetry)
}
