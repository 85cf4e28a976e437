//! `PUT /events/{domain}/{event}`.

use axum::{
    Router,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    routing::put,
};

use super::{
    Desk, EventsError,
    catalogue::{EVENT, EVENT_V1},
};
use crate::events::domain::{DomainName, EventKind, InvalidDomain};

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route(EVENT, put(take))
        .route(EVENT_V1, put(take))
}

/// 204 means stored, not queued.
async fn take(
    State(desk): State<Desk>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<StatusCode, EventsError> {
    // A path that is no UTF-8 holds no domain.
    let Path((domain, event)) = path.map_err(|_not_utf8| InvalidDomain)?;
    let kind = EventKind::named(&event).ok_or(EventsError::UnknownEvent)?;
    let domain = DomainName::parse(&domain)?;
    desk.metrics.received(kind);
    desk.store.increment(domain, kind).await?;
    Ok(StatusCode::NO_CONTENT)
}
