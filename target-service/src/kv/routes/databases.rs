//! Databases over HTTP: which there are, and the entries of each.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        Path, State,
        path::ErrorKind,
        rejection::{FailedToDeserializePathParams, PathRejection},
    },
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Detail, KvError, Shared,
    catalogue::{DATABASE_ENTRY, DATABASE_LISTING, DATABASES},
    entries::{Keys, Listing, ListingQuery},
};
use crate::kv::{
    Operation,
    domain::{DatabaseId, Key},
    openapi::{BodyRefused, Failures},
};

type EntryPath = Result<Path<EntryParameters>, PathRejection>;

/// The routes of all databases.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(DATABASES, get(list))
        .route(DATABASE_ENTRY, get(read).put(write).delete(remove))
        .route(DATABASE_LISTING, get(list_keys))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::kv) struct EntryParameters {
    /// Which database.
    #[param(minimum = 0, maximum = 2_147_483_647, example = 1)]
    database: i64,
    /// Which entry: 1 to 128 characters of `A-Z a-z 0-9 . _ -`.
    #[param(
        pattern = "^[A-Za-z0-9._-]{1,128}$",
        min_length = 1,
        max_length = 128,
        example = "greeting"
    )]
    key: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::kv) struct DatabaseParameter {
    /// Which database.
    #[param(minimum = 0, maximum = 2_147_483_647, example = 1)]
    database: i64,
}

/// One database.
#[derive(Serialize, ToSchema)]
pub(in crate::kv) struct Database {
    /// Its number.
    #[schema(example = 1)]
    database: i32,
    /// How many entries it has.
    #[schema(example = 3)]
    entries: u64,
}

/// All databases that have entries.
#[derive(Serialize, ToSchema)]
pub(in crate::kv) struct Databases {
    /// By ascending number.
    databases: Vec<Database>,
}

/// List databases
#[utoipa::path(
    get, path = "/v1/databases", operation_id = "list_databases", tag = "databases",
    responses(
        (status = 200, description = "All databases that have entries.", body = Databases),
        Failures,
    ),
)]
pub(in crate::kv) async fn list(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Databases>, KvError> {
    let databases = shared.entries.databases().await?;
    let databases = databases.into_iter().map(|(database, entries)| Database {
        database: database.get(),
        entries,
    });
    Ok(Json(Databases {
        databases: databases.collect(),
    }))
}

/// Read an entry of a database
#[utoipa::path(
    get, path = "/v1/databases/{database}/kv/{key}", operation_id = "get_database_entry", tag = "databases", params(EntryParameters),
    responses(
        (status = 200, description = "The value.", body = String, content_type = "text/plain; charset=utf-8", example = "hello"),
        (status = 400, description = "No valid database or key.", body = Detail),
        (status = 404, description = "No such entry.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn read(
    State(shared): State<Arc<Shared>>,
    path: EntryPath,
) -> Result<Response, KvError> {
    let (database, key) = shared.checked(Operation::Get, entry(path))?;
    shared.read(database, key).await
}

/// Put an entry of a database, new or in place of the old one
#[utoipa::path(
    put, path = "/v1/databases/{database}/kv/{key}", operation_id = "put_database_entry", tag = "databases", params(EntryParameters),
    request_body(content = Option<String>, content_type = "text/plain", description = "The value: at most 65536 bytes of UTF-8.", example = "hello"),
    responses(
        (status = 204, description = "Stored."),
        (status = 400, description = "No valid database or key, or a value that is not UTF-8.", body = Detail),
        BodyRefused,
        Failures,
    ),
)]
pub(in crate::kv) async fn write(
    State(shared): State<Arc<Shared>>,
    path: EntryPath,
    body: Bytes,
) -> Result<StatusCode, KvError> {
    let (database, key) = shared.checked(Operation::Set, entry(path))?;
    shared.write(database, key, body).await
}

/// Delete an entry of a database
#[utoipa::path(
    delete, path = "/v1/databases/{database}/kv/{key}", operation_id = "delete_database_entry", tag = "databases", params(EntryParameters),
    responses(
        (status = 204, description = "Deleted."),
        (status = 400, description = "No valid database or key.", body = Detail),
        (status = 404, description = "No such entry.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn remove(
    State(shared): State<Arc<Shared>>,
    path: EntryPath,
) -> Result<StatusCode, KvError> {
    let (database, key) = shared.checked(Operation::Delete, entry(path))?;
    shared.remove(database, key).await
}

/// List the keys of a database
#[utoipa::path(
    get, path = "/v1/databases/{database}/kv", operation_id = "list_database_keys", tag = "databases", params(DatabaseParameter, Listing),
    responses(
        (status = 200, description = "The first keys.", body = Keys),
        (status = 400, description = "No valid database or query.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn list_keys(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<DatabaseParameter>, PathRejection>,
    query: ListingQuery,
) -> Result<Json<Keys>, KvError> {
    let path = path.map_err(|error| refusal(&error));
    let database = path.and_then(|Path(parameter)| id(parameter.database));
    let database = shared.checked(Operation::List, database)?;
    shared.list(database, query).await
}

fn entry(path: EntryPath) -> Result<(DatabaseId, Key), KvError> {
    let Path(EntryParameters { database, key }) = path.map_err(|error| refusal(&error))?;
    Ok((id(database)?, Key::parse(key)?))
}

fn id(number: i64) -> Result<DatabaseId, KvError> {
    DatabaseId::new(number).map_err(|_range| KvError::Database)
}

fn refusal(error: &PathRejection) -> KvError {
    match error {
        PathRejection::FailedToDeserializePathParams(error) if is_not_utf8(error) => KvError::Path,
        _ => KvError::Database,
    }
}

fn is_not_utf8(error: &FailedToDeserializePathParams) -> bool {
    matches!(error.kind(), ErrorKind::InvalidUtf8InPathParam { .. })
}
