//! The layers around the routes of a profile, in the order in which a request meets them.
//!
//! They are plain functions that call each other, and the whole way is one layer of the router: a layer each
//! would copy all layers below it for every request, which costs more than what they do.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header::CACHE_CONTROL},
    response::Response,
    routing::Route,
};
use tower::{Service, layer::layer_fn};

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
    /// Routes whose answers may not be kept on the way.
    pub(crate) no_store: &'static [&'static str],
}

impl Layers {
    /// Puts the layers around `routes`.
    pub(crate) fn around(self, routes: Router) -> Router {
        let layers = Arc::new(self);
        routes.layer(layer_fn(move |route| Layered {
            layers: Arc::clone(&layers),
            route,
        }))
    }

    /// The way of a request is one future, and it is moved about as a whole. So that it stays small, the request
    /// goes in a box, and each layer goes on at one place in its code only.
    async fn answer(&self, request: Box<Request>, mut route: Route) -> Response {
        let telemetry = &self.telemetry;
        let faults = &telemetry.faults;
        let whole = self.bodies == Bodies::Whole;
        // A stream takes its time, and its profile has limits of its own.
        let in_time = whole.then_some(self.limit);
        // Asked for once: all layers mean the same by a request.
        let subject = telemetry.catalogue.subject(&request);
        let rate_limit = self.rate_limit.as_ref();
        let routed = |request: Box<Request>| async move {
            let mut response = route
                .call(*request)
                .await
                .unwrap_or_else(|never| match never {});
            if self.no_store.contains(&subject.route) {
                let no_store = HeaderValue::from_static("no-store");
                response.headers_mut().insert(CACHE_CONTROL, no_store);
            }
            response
        };
        telemetry::trace(&telemetry.tracer, !whole, request, |request, trace| {
            faults::outer(faults, subject, request, move |request| {
                telemetry::measure(telemetry, subject, trace, request, move |request| {
                    http::catch_panic(request, move |request| {
                        http::receive(whole, request, move |request| {
                            http::rate_limit(rate_limit, subject, request, move |request| {
                                faults::inner(
                                    faults,
                                    subject,
                                    self.limit,
                                    request,
                                    move |request| http::deadline(in_time, request, routed),
                                )
                            })
                        })
                    })
                })
            })
        })
        .await
    }
}

/// One route in its layers.
#[derive(Clone)]
struct Layered {
    layers: Arc<Layers>,
    route: Route,
}

impl Service<Request> for Layered {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    /// Routes always are.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { layers, route } = self.clone();
        let request = Box::new(request);
        Box::pin(async move { Ok(layers.answer(request, route).await) })
    }
}
