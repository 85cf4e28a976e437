//! Entries of database 0 over HTTP: put, get, delete, list. What they do, `databases` does for any other.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Detail, KvError, Shared,
    catalogue::{ENTRY, LISTING},
};
use crate::kv::{
    Operation,
    domain::{DatabaseId, Key, ListLimit, Value},
    openapi::{BodyRefused, Failures},
};

type EntryPath = Result<Path<KeyParameter>, PathRejection>;
pub(super) type ListingQuery = Result<Query<Listing>, QueryRejection>;

/// The routes of database 0.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(ENTRY, get(read).put(write).delete(remove))
        .route(LISTING, get(list))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::kv) struct KeyParameter {
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
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::kv) struct Listing {
    /// Most keys to list; 100 unless given.
    #[param(minimum = 1, maximum = 1000, example = 10)]
    limit: Option<u16>,
}

/// Keys of one database.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"keys": ["greeting"]}))]
pub(in crate::kv) struct Keys {
    /// In ascending byte order.
    keys: Vec<String>,
}

/// Read an entry
#[utoipa::path(
    get, path = "/v1/kv/{key}", operation_id = "get_entry", tag = "entries", params(KeyParameter),
    responses(
        (status = 200, description = "The value.", body = String, content_type = "text/plain; charset=utf-8", example = "hello"),
        (status = 400, description = "No valid key.", body = Detail),
        (status = 404, description = "No such entry.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn read(
    State(shared): State<Arc<Shared>>,
    path: EntryPath,
) -> Result<Response, KvError> {
    let key = shared.checked(Operation::Get, key(path))?;
    shared.read(DatabaseId::ZERO, key).await
}

/// Put an entry, new or in place of the old one
#[utoipa::path(
    put, path = "/v1/kv/{key}", operation_id = "put_entry", tag = "entries", params(KeyParameter),
    request_body(content = Option<String>, content_type = "text/plain", description = "The value: at most 65536 bytes of UTF-8.", example = "hello"),
    responses(
        (status = 204, description = "Stored."),
        (status = 400, description = "No valid key, or a value that is not UTF-8.", body = Detail),
        BodyRefused,
        Failures,
    ),
)]
pub(in crate::kv) async fn write(
    State(shared): State<Arc<Shared>>,
    path: EntryPath,
    body: Bytes,
) -> Result<StatusCode, KvError> {
    let key = shared.checked(Operation::Set, key(path))?;
    shared.write(DatabaseId::ZERO, key, body).await
}

/// Delete an entry
#[utoipa::path(
    delete, path = "/v1/kv/{key}", operation_id = "delete_entry", tag = "entries", params(KeyParameter),
    responses(
        (status = 204, description = "Deleted."),
        (status = 400, description = "No valid key.", body = Detail),
        (status = 404, description = "No such entry.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn remove(
    State(shared): State<Arc<Shared>>,
    path: EntryPath,
) -> Result<StatusCode, KvError> {
    let key = shared.checked(Operation::Delete, key(path))?;
    shared.remove(DatabaseId::ZERO, key).await
}

/// List keys
#[utoipa::path(
    get, path = "/v1/kv", operation_id = "list_keys", tag = "entries", params(Listing),
    responses(
        (status = 200, description = "The first keys.", body = Keys),
        (status = 400, description = "No valid query.", body = Detail),
        Failures,
    ),
)]
pub(in crate::kv) async fn list(
    State(shared): State<Arc<Shared>>,
    query: ListingQuery,
) -> Result<Json<Keys>, KvError> {
    shared.list(DatabaseId::ZERO, query).await
}

fn key(path: EntryPath) -> Result<Key, KvError> {
    let Path(KeyParameter { key }) = path.map_err(|_not_utf8| KvError::Path)?;
    Ok(Key::parse(key)?)
}

fn limit(query: ListingQuery) -> Result<ListLimit, KvError> {
    let Query(listing) = query.map_err(|_malformed| KvError::Query)?;
    let limit = listing
        .limit
        .map_or(Ok(ListLimit::default()), ListLimit::new);
    limit.map_err(|_range| KvError::Query)
}

impl Shared {
    pub(super) async fn read(&self, database: DatabaseId, key: Key) -> Result<Response, KvError> {
        let value = self.entries.get(database, &key).await?;
        let value = value.ok_or(KvError::KeyNotFound)?;
        let text = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
        Ok((text, Body::from(value.into_string())).into_response())
    }

    pub(super) async fn write(
        &self,
        database: DatabaseId,
        key: Key,
        body: Bytes,
    ) -> Result<StatusCode, KvError> {
        let value = self.checked(Operation::Set, Value::parse(body))?;
        self.entries.put(database, &key, &value).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    pub(super) async fn remove(
        &self,
        database: DatabaseId,
        key: Key,
    ) -> Result<StatusCode, KvError> {
        if self.entries.delete(database, &key).await? {
            Ok(StatusCode::NO_CONTENT)
        } else {
            Err(KvError::KeyNotFound)
        }
    }

    pub(super) async fn list(
        &self,
        database: DatabaseId,
        query: ListingQuery,
    ) -> Result<Json<Keys>, KvError> {
        let limit = self.checked(Operation::List, limit(query))?;
        let keys = self.entries.keys(database, limit).await?;
        let keys = keys.into_iter().map(Key::into_string).collect();
        Ok(Json(Keys { keys }))
    }
}
