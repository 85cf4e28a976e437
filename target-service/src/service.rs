//! One profile with everything around it: the layers, the probes, the metrics.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, routing::get};

use crate::{
    config::{Defect, Defects},
    drain::Drain,
    endpoint::Catalogue,
    faults::Faults,
    http::{self, Health, HttpError, Rate, RateLimit},
    layers::Layers,
    profile::{Admin, Dependency, Profile, Task, Workshop},
    server::Connections,
    telemetry::{self, Logger, Metrics, Telemetry, Tracer},
};

/// What the common part of a service is made of.
pub struct Common {
    /// Metrics under construction: a profile adds its own.
    pub metrics: Metrics,
    /// Where lines go.
    pub logger: Logger,
    /// Where spans go.
    pub tracer: Tracer,
    /// The faults in force.
    pub faults: Faults,
    /// Turns `/readyz` to 503.
    pub drain: Drain,
    /// The defects to have.
    pub defects: Defects,
    /// Seed of everything random.
    pub seed: u64,
    /// What requests can ask for.
    pub catalogue: Catalogue,
    /// Limit on the time of one request.
    pub request_limit: Duration,
    /// What one client may ask for; `None`: no limit.
    pub rate: Option<Rate>,
    /// Limit on the connections of the service port.
    pub max_connections: usize,
}

impl Common {
    /// What a profile opens itself with.
    pub fn workshop(&mut self) -> Workshop<'_> {
        Workshop {
            registry: self.metrics.registry(),
            logger: self.logger.clone(),
            drain: self.drain.clone(),
            faults: self.faults.clone(),
            defects: self.defects.clone(),
            seed: self.seed,
        }
    }
}

/// A whole service but its listeners.
pub struct Service {
    /// Routes of the service port.
    pub router: Router,
    /// Probes and metrics, when they have a port of their own.
    pub admin: Option<(std::net::SocketAddr, Router)>,
    /// Asked and closed by the server.
    pub dependencies: Vec<Arc<dyn Dependency>>,
    /// Runs beside the requests.
    pub task: Option<Task>,
    /// What the service says about itself, and the faults in force.
    pub telemetry: Telemetry,
    /// The connections of the service port.
    pub connections: Connections,
}

impl Service {
    /// Puts `profile` among the layers.
    pub fn new(common: Common, profile: Profile) -> Self {
        let Common {
            mut metrics,
            logger,
            tracer,
            faults,
            drain,
            catalogue,
            request_limit,
            rate,
            max_connections,
            defects,
            ..
        } = common;
        metrics.registry().register(
            "otel_spans_dropped",
            "Spans lost because the queue was full or the collector did not take them",
            tracer.dropped(),
        );
        let connections = Connections::new(max_connections);
        connections.register(metrics.registry());
        faults.reach(connections.clone());
        let rate_limit = rate.map(|rate| RateLimit::new(rate, catalogue));
        if rate_limit.is_some() {
            metrics.expect(catalogue, StatusCode::TOO_MANY_REQUESTS.as_u16());
        }
        let telemetry = Telemetry {
            catalogue,
            metrics: Arc::new(metrics),
            logger,
            tracer,
            faults,
        };
        let probes = http::probes(Health {
            dependencies: profile.dependencies.clone(),
            drain,
            faults: telemetry.faults.clone(),
            defects: defects.clone(),
        });
        let exposition = exposition(&telemetry, profile.metrics_paths);
        let layers = Layers {
            telemetry: telemetry.clone(),
            bodies: profile.bodies,
            rate_limit,
            limit: request_limit,
            no_store: profile.no_store,
        };
        let (router, admin) = match profile.admin {
            Admin::SamePort => {
                let routes = fallbacks(profile.routes.merge(probes), &defects);
                (layers.around(routes).merge(exposition), None)
            }
            Admin::OwnPort(address) => {
                let routes = fallbacks(profile.routes, &defects);
                let admin = http::panics_answered(probes).merge(exposition);
                (layers.around(routes), Some((address, admin)))
            }
        };
        Self {
            router,
            admin,
            dependencies: profile.dependencies,
            task: profile.task,
            telemetry,
            connections,
        }
    }
}

/// What is answered where no route is.
fn fallbacks(routes: Router, defects: &Defects) -> Router {
    let routes = routes.method_not_allowed_fallback(async || HttpError::MethodNotAllowed);
    if defects.has(Defect::CatchAll200) {
        return routes.fallback(async || "ok");
    }
    routes.fallback(async || HttpError::NotFound)
}

/// Outside all layers: reading the metrics must not change them.
fn exposition(telemetry: &Telemetry, paths: &[&str]) -> Router {
    let serve =
        |router: Router<Telemetry>, path: &&str| router.route(path, get(telemetry::exposition));
    let routes = paths.iter().fold(Router::new(), serve);
    http::panics_answered(routes.with_state(telemetry.clone()))
}
