//! Who may use the fault API.

use axum::{
    Json,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::config::AdminToken;

/// Lets requests with `authorization: Bearer <token>` pass.
pub(super) async fn guard(
    State(token): State<AdminToken>,
    request: Request,
    next: Next,
) -> Response {
    let given = request.headers().get(AUTHORIZATION);
    let given = given.and_then(|value| bearer(value.as_bytes()));
    if given.is_some_and(|given| token.is(given)) {
        return next.run(request).await;
    }
    let body = Json(json!({"detail": "needs the admin token as bearer token"}));
    (
        StatusCode::UNAUTHORIZED,
        [(WWW_AUTHENTICATE, "Bearer realm=\"admin\"")],
        body,
    )
        .into_response()
}

/// The scheme in any case, as the standard asks (RFC 7235, section 2.1).
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = header.split_at_checked("bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}
