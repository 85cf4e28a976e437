//! Profile `sidecar`: a reverse proxy that drops and delays on purpose.
//!
//! ```text
//! request ─► hop (what may go on) ─► decisions (drop, delay or forward) ─► upstream ─► download ─► answer
//!                    exchange: counts and logs each request once, however it ends
//! ```

mod builtin;
mod decisions;
mod download;
mod exchange;
mod hop;
mod metrics;
mod own_answer;
mod proxy;
mod reach;
mod settings;
mod upload;
mod upstream;

pub use settings::{BaseUrl, Delays, DropMode, Drops, Settings, SidecarArgs, UpstreamAddress};

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
};

use axum::{Router, routing::any};

use crate::{
    endpoint::{Catalogue, EVERYTHING as ROUTE, Endpoint, OTHER_METHOD, UNMATCHED},
    profile::{Admin, Bodies, OpenError, Profile, Workshop},
};
use decisions::Decisions;
use metrics::SidecarMetrics;
use proxy::Proxy;
use reach::{Reach, UpstreamDependency};
use upstream::Upstream;

/// Known before the first request; the upstream may answer with others.
const STATUSES: &[u16] = &[
    200, 201, 204, 304, 400, 404, 409, 422, 429, 500, 501, 502, 503, 504,
];

/// One route, whatever the path: paths are the upstream's. Probes are elsewhere and not counted.
pub const CATALOGUE: Catalogue = Catalogue(&[
    Endpoint::user("GET", ROUTE, STATUSES),
    Endpoint::user("HEAD", ROUTE, STATUSES),
    Endpoint::user("PUT", ROUTE, STATUSES),
    Endpoint::user("POST", ROUTE, STATUSES),
    Endpoint::user("DELETE", ROUTE, STATUSES),
    Endpoint::user("PATCH", ROUTE, STATUSES),
    Endpoint::user("OPTIONS", ROUTE, STATUSES),
    Endpoint::user(OTHER_METHOD, ROUTE, STATUSES),
    // `OPTIONS *` and CONNECT: they name no path.
    Endpoint::user("OPTIONS", UNMATCHED, &[404]),
]);

/// Opens the profile. Does not wait for the upstream: `/readyz` does.
#[expect(
    clippy::unused_async,
    reason = "the signature is common to all profiles"
)]
pub async fn open(settings: &Settings, workshop: &mut Workshop<'_>) -> Result<Profile, OpenError> {
    Ok(profile(settings, workshop))
}

/// The profile, without the wait.
pub fn profile(settings: &Settings, workshop: &mut Workshop<'_>) -> Profile {
    let metrics = Arc::new(SidecarMetrics::new(workshop.registry));
    let upstream = Upstream::new(&settings.upstream, settings.timeout, &workshop.defects);
    let upstream = Arc::new(upstream);
    let reach = Reach::new(Arc::clone(&upstream), metrics.upstream_up.clone());
    let reach = Arc::new(reach);
    let proxy = Proxy {
        upstream,
        timeout: settings.timeout,
        drops: settings.drops,
        decisions: Decisions::new(settings.drops, settings.delays, workshop.seed),
        metrics,
        reach: Arc::clone(&reach),
        logger: workshop.logger.clone(),
        drain: workshop.drain.clone(),
        pseudonym: pseudonym(),
    };
    let routes = Router::new()
        .route("/", any(proxy::forward))
        .route(ROUTE, any(proxy::forward))
        .with_state(Arc::new(proxy));
    Profile {
        dependencies: vec![Arc::new(UpstreamDependency(Arc::clone(&reach)))],
        task: Some(Box::pin(reach.watch(workshop.drain.clone()))),
        bodies: Bodies::Streamed,
        admin: Admin::OwnPort(settings.admin),
        ..Profile::of(routes)
    }
}

/// Differs between processes, so that one sidecar may stand before another.
fn pseudonym() -> String {
    format!("sidecar-{:016x}", RandomState::new().hash_one(0))
}
