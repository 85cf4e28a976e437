//! The HTTP side of the profile: events in, verdicts and sums out.

mod catalogue;
mod domains;
mod error;
mod events;
mod stats;

pub use catalogue::EVENTS;
pub use error::EventsError;
pub(super) use stats::Stats;

use std::sync::Arc;

use axum::Router;

use super::{
    domain::{DomainStore, Threshold},
    metrics::EventMetrics,
};

/// What the routes work with; clones share it.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) store: Arc<dyn DomainStore>,
    pub(super) metrics: EventMetrics,
    pub(super) threshold: Threshold,
}

/// All routes of the profile.
pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .merge(events::router())
        .merge(domains::router())
        .merge(stats::router())
        .with_state(desk)
}
