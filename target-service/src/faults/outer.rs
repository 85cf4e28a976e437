//! The layer above the metrics: what it does, only the client sees.

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Faults, damage, outer_rule::OuterStrike, rule::Strike as _};
use crate::{endpoint::Subject, http::request_body, server::Wire};

/// Delays the request, then answers in the place of the service, breaks the connection, or passes the
/// request on and damages its answer.
///
/// A request that gets no answer of the service is not passed on, as with a broken proxy: nothing below
/// learns of it. Its body is read all the same, so that the client sees this end and not another.
pub async fn outer<F: Future<Output = Response>>(
    faults: &Faults,
    subject: Subject,
    request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    let hit = faults.roll_outer(subject);
    if !hit.latency.is_zero() {
        tokio::time::sleep(hit.latency).await;
    }
    let wire = hit
        .strike
        .and_then(|_| request.extensions().get::<Wire>().cloned());
    let damage = match (hit.strike, wire) {
        (None, _) => None,
        (Some(OuterStrike::Error(status)), _) => return in_place(request, status).await,
        // Called without a connection, as in a test: there is nothing else to break.
        (Some(_), None) => return in_place(request, OuterStrike::STATUS).await,
        (Some(OuterStrike::Reset), Some(wire)) => return broken(request, || wire.reset()).await,
        (Some(OuterStrike::Drop), Some(wire)) => return broken(request, || wire.close()).await,
        (Some(strike), Some(wire)) => Some((strike, wire)),
    };
    let response = next(request).await;
    match damage {
        Some((OuterStrike::Truncate(left), wire)) => damage::truncate(response, left, wire),
        Some((OuterStrike::WrongLength(by), wire)) => {
            damage::misstate_length(response, by, wire).await
        }
        _ => response,
    }
}

async fn in_place(request: Box<Request>, status: StatusCode) -> Response {
    let _whatever_came = request_body::read(request.into_body()).await;
    (status, Json(json!({"detail": "injected fault"}))).into_response()
}

/// Never returns: the end of the connection drops it.
async fn broken(request: Box<Request>, end: impl FnOnce()) -> Response {
    let _whatever_came = request_body::read(request.into_body()).await;
    end();
    std::future::pending().await
}
