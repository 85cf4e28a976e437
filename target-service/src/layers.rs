//! The layers around the routes of a profile, in the order in which a request meets them.
//!
//! They are plain functions that call each other, and the whole way is one layer of the router: a layer each
//! would copy all layers below it for every request, which costs more than what they do.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};

use crate::{
    faults,
    http::{self, RateLimit},
    profile::Bodies,
    telemetry::{self, Telemetry},
};

/// What the layers work with.
pub(crate) struct Layers {
    /// Ids, counters, lines, and the faults in force.
    pub(crate) telemetry: Telemetry,
    /// Whether the routes want whole bodies.
    pub(crate) bodies: Bodies,
    /// What one client may ask for.
    pub(crate) rate_limit: Option<RateLimit>,
    /// Limit on the time of one request.
    pub(crate) limit: Duration,
}

impl Layers {
    /// Puts the layers around `routes`.
    pub(crate) fn around(self, routes: Router) -> Router {
        routes.layer(middleware::from_fn_with_state(Arc::new(self), traced))
    }
}

/// The way of a request is one future, and it is moved about as a whole. So that it stays small, the request goes
/// in a box, and each layer goes on at one place in its code only.
async fn traced(State(layers): State<Arc<Layers>>, request: Request, next: Next) -> Response {
    let Layers {
        telemetry,
        bodies,
        rate_limit,
        limit,
    } = &*layers;
    let whole = *bodies == Bodies::Whole;
    // A stream takes its time, and its profile has limits of its own.
    let in_time = whole.then_some(*limit);
    telemetry::trace(&telemetry.tracer, !whole, Box::new(request), |request| {
        faults::outer(&telemetry.faults, request, |request| {
            telemetry::measure(telemetry, request, |request| {
                http::catch_panic(request, |request| {
                    http::receive(whole, request, |request| {
                        http::rate_limit(rate_limit.as_ref(), request, |request| {
                            faults::inner(&telemetry.faults, *limit, request, |request| {
                                http::deadline(in_time, request, |request| next.run(*request))
                            })
                        })
                    })
                })
            })
        })
    })
    .await
}
