//! `GET /stats`.

use axum::{Json, Router, extract::State, routing::get};
use serde::{Deserialize, Serialize};

use super::{Desk, EventsError, catalogue::STATS};
use crate::events::domain::Totals;

/// The body of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::events) struct Stats {
    pub(in crate::events) domains: u64,
    pub(in crate::events) delivered: u64,
    pub(in crate::events) bounced: u64,
}

impl From<Totals> for Stats {
    fn from(totals: Totals) -> Self {
        Self {
            domains: totals.domains,
            delivered: totals.events.delivered,
            bounced: totals.events.bounced,
        }
    }
}

pub(super) fn router() -> Router<Desk> {
    Router::new().route(STATS, get(stats))
}

/// From the store, not from a counter: it is there to check the counters by.
async fn stats(State(desk): State<Desk>) -> Result<Json<Stats>, EventsError> {
    Ok(Json(desk.store.totals().await?.into()))
}
