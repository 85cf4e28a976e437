//! `GET /domains/{domain}`.

use axum::{
    Router,
    extract::{Path, State, rejection::PathRejection},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    Desk, EventsError,
    catalogue::{DOMAIN, DOMAIN_V1, DOMAIN_V1_SINGULAR},
};
use crate::events::domain::{DomainName, InvalidDomain, Verdict};

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route(DOMAIN, get(read))
        .route(DOMAIN_V1, get(read))
        .route(DOMAIN_V1_SINGULAR, get(read))
}

async fn read(
    State(desk): State<Desk>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, EventsError> {
    // A path that is no UTF-8 holds no domain.
    let Path(domain) = path.map_err(|_not_utf8| InvalidDomain)?;
    let domain = DomainName::parse(&domain)?;
    let tally = desk.store.tally(domain).await;
    let verdict = tally.map(|tally| Verdict::of(tally, desk.threshold));
    desk.metrics.read(verdict.as_ref().ok().copied());
    // A JSON string; no verdict has a character to escape.
    let body = format!("\"{}\"", verdict?.as_str());
    let json = [(CONTENT_TYPE, "application/json; charset=UTF-8")];
    Ok((json, body).into_response())
}
