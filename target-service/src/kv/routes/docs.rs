//! The description of the API: for machines, and for people by the vendored Swagger UI.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::{
    Detail, Shared,
    catalogue::{DOCS, DOCS_FILE, OPENAPI},
};
use crate::{
    http::HttpError,
    kv::openapi::{self, Failures},
};

const PAGE: &str = include_str!("../ui/docs.html");

/// Swagger UI sets styles from its script and draws with inline images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of the description.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(OPENAPI, get(document))
        .route(DOCS, get(page))
        .route(DOCS_FILE, get(file))
}

/// This description
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "get_openapi", tag = "service",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value), Failures),
)]
pub(in crate::kv) async fn document(State(shared): State<Arc<Shared>>) -> Json<OpenApi> {
    Json(openapi::document(shared.compat))
}

/// This description for people
#[utoipa::path(
    get, path = "/docs", operation_id = "get_docs", tag = "service",
    responses((status = 200, description = "Swagger UI.", body = String, content_type = "text/html; charset=utf-8"), Failures),
)]
pub(in crate::kv) async fn page() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE))
}

/// A part of Swagger UI
#[utoipa::path(
    get, path = "/docs/{file}", operation_id = "get_docs_file", tag = "service",
    params(("file" = String, Path, description = "Its name.", example = "swagger-ui.css")),
    responses(
        (status = 200, description = "The file.", body = serde_json::Value, content_type = "*/*"),
        (status = 404, description = "No such file.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn file(name: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(name)) = name else {
        return HttpError::NotFound.into_response();
    };
    let config = Arc::new(Config::from(OPENAPI));
    match utoipa_swagger_ui::serve(&name, config) {
        Ok(Some(file)) => ([(CONTENT_TYPE, file.content_type)], file.bytes).into_response(),
        // An error can only be a file that is not as it was built in.
        Ok(None) | Err(_) => HttpError::NotFound.into_response(),
    }
}
