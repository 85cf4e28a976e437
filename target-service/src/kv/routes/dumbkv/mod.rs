//! `/kv`: one path, the entry in the body, so that no key stands in a URL.
//!
//! `request` reads bodies and queries as leniently as the original does, with its words for mistakes;
//! `native` answers with our statuses, `original` with those of `DumbKV`.

mod integer;
mod mistakes;
pub(in crate::kv) mod native;
pub(in crate::kv) mod original;
mod request;
mod syntax;

pub(in crate::kv) use mistakes::Mistakes;
pub(in crate::kv) use request::Entry;

use axum::{
    http::{HeaderValue, header::ALLOW},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::HttpError;

/// It is done.
#[derive(Serialize, ToSchema)]
pub(in crate::kv) struct Success {
    /// `success`.
    #[schema(example = "success")]
    status: &'static str,
}

const SUCCESS: Success = Success { status: "success" };

/// What was kept.
#[derive(Serialize, ToSchema)]
pub(in crate::kv) struct Found {
    /// The value.
    #[schema(example = "hello")]
    value: String,
}

/// The router would name HEAD, too, and write no spaces.
fn method_not_allowed(allow: &'static str) -> Response {
    let mut response = HttpError::MethodNotAllowed.into_response();
    let allow = HeaderValue::from_static(allow);
    response.headers_mut().insert(ALLOW, allow);
    response
}
