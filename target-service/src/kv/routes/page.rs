//! The page for people, and its icon.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    http::header::{
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
    response::{Html, IntoResponse},
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use super::{
    Shared,
    catalogue::{FAVICON, PAGE},
};
use crate::kv::openapi::Failures;

const STYLE: &str = include_str!("../ui/page.css");
const SCRIPT: &str = include_str!("../ui/page.js");
const ICON: &[u8] = include_bytes!("../ui/favicon.ico");

/// Style and script in one document, so that nothing is loaded from anywhere.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    include_str!("../ui/page.html")
        .replace("/* page.css */", STYLE)
        .replace("/* page.js */", SCRIPT)
});

/// Only this style, this script and this service.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; \
         img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

/// The routes of the page.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(PAGE, get(page))
        .route(FAVICON, get(icon))
}

/// The page for people
#[utoipa::path(
    get, path = "/", operation_id = "get_page", tag = "service",
    responses((status = 200, description = "A page to put, get, delete and list entries.", body = String, content_type = "text/html; charset=utf-8"), Failures),
)]
pub(in crate::kv) async fn page() -> impl IntoResponse {
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(DOCUMENT.as_str()))
}

/// The icon of the page
#[utoipa::path(
    get, path = "/favicon.ico", operation_id = "get_icon", tag = "service",
    responses((status = 200, description = "An icon.", body = serde_json::Value, content_type = "image/vnd.microsoft.icon"), Failures),
)]
pub(in crate::kv) async fn icon() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/vnd.microsoft.icon")], ICON)
}
