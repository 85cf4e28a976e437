//! Entries over HTTP: put, get, delete, list.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    KvError,
    catalogue::{ENTRY, LISTING},
};
use crate::kv::{
    Entries,
    domain::{DatabaseId, Key, ListLimit, Value},
};

type KeyPath = Result<Path<String>, PathRejection>;

/// The routes of entries.
pub(in crate::kv) fn router(entries: Entries) -> Router {
    Router::new()
        .route(ENTRY, get(read).put(write).delete(remove))
        .route(LISTING, get(list))
        .with_state(entries)
}

async fn read(State(entries): State<Entries>, path: KeyPath) -> Result<Response, KvError> {
    let value = entries.get(DatabaseId::ZERO, &key(path)?).await?;
    let value = value.ok_or(KvError::KeyNotFound)?;
    let text = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((text, value.into_string()).into_response())
}

async fn write(
    State(entries): State<Entries>,
    path: KeyPath,
    body: Bytes,
) -> Result<StatusCode, KvError> {
    let key = key(path)?;
    let value = Value::parse(body)?;
    entries.put(DatabaseId::ZERO, &key, &value).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(State(entries): State<Entries>, path: KeyPath) -> Result<StatusCode, KvError> {
    if entries.delete(DatabaseId::ZERO, &key(path)?).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(KvError::KeyNotFound)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    limit: Option<u16>,
}

async fn list(
    State(entries): State<Entries>,
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Response, KvError> {
    let Query(listing) = query.map_err(|_malformed| KvError::Query)?;
    let limit = listing
        .limit
        .map_or(Ok(ListLimit::default()), ListLimit::new);
    let limit = limit.map_err(|_range| KvError::Query)?;
    let keys = entries.keys(DatabaseId::ZERO, limit).await?;
    let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
    Ok(Json(json!({"keys": keys})).into_response())
}

fn key(path: KeyPath) -> Result<Key, KvError> {
    let Path(text) = path.map_err(|_not_utf8| KvError::Path)?;
    Ok(Key::parse(text)?)
}
