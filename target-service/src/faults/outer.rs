//! The layer above the metrics: what it does, only the client sees.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Faults, damage, outer_rule::OuterStrike, rule::Strike as _};
use crate::{http::request_body, server::Wire};

/// Delays the request, then answers in the place of the service, breaks the connection, or passes the
/// request on and damages its answer.
///
/// A request that gets no answer of the service is not passed on, as with a broken proxy: nothing below
/// learns of it. Its body is read all the same, so that the client sees this end and not another.
pub async fn outer(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let hit = faults.roll_outer(faults.subject(&request));
    if !hit.latency.is_zero() {
        tokio::time::sleep(hit.latency).await;
    }
    let Some(strike) = hit.strike else {
        return next.run(request).await;
    };
    let wire = request.extensions().get::<Wire>().cloned();
    match (strike, wire) {
        (OuterStrike::Error(status), _) => in_place(request, status).await,
        // Called without a connection, as in a test: there is nothing else to break.
        (_, None) => in_place(request, OuterStrike::STATUS).await,
        (OuterStrike::Reset, Some(wire)) => broken(request, || wire.reset()).await,
        (OuterStrike::Drop, Some(wire)) => broken(request, || wire.close()).await,
        (OuterStrike::Truncate(left), Some(wire)) => {
            damage::truncate(next.run(request).await, left, wire)
        }
        (OuterStrike::WrongLength(by), Some(wire)) => {
            damage::misstate_length(next.run(request).await, by, wire).await
        }
    }
}

async fn in_place(request: Request, status: StatusCode) -> Response {
    let _whatever_came = request_body::read(request.into_body()).await;
    (status, Json(json!({"detail": "injected fault"}))).into_response()
}

/// Never returns: the end of the connection drops it.
async fn broken(request: Request, end: impl FnOnce()) -> Response {
    let _whatever_came = request_body::read(request.into_body()).await;
    end();
    std::future::pending().await
}
