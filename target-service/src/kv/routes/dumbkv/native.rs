//! `/kv` with statuses that say what happened.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa::{IntoParams, ToSchema};

use super::{Entry, Found, Mistakes, SUCCESS, Success, method_not_allowed, mistakes::Refusal};
use crate::kv::{
    Operation,
    domain::Value,
    openapi::{BodyRefused, Failures},
    routes::{Detail, KvError, Shared, catalogue::KV},
};

/// The route.
pub(in crate::kv::routes) fn router() -> Router<Arc<Shared>> {
    let methods = get(query).put(write).post(read).delete(remove);
    let methods = methods.fallback(async || method_not_allowed("GET, POST, PUT, DELETE"));
    Router::new().route(KV, methods)
}

/// Why a request to `/kv` is not served.
pub(in crate::kv) enum Error {
    Refused(Refusal),
    Kv(KvError),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<KvError>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Kv(error.into())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refusal.into_response(),
            Self::Kv(error) => error.into_response(),
        }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "described here, read as leniently as a body")]
pub(in crate::kv) struct EntryQuery {
    /// Which database; 0 unless given.
    #[param(minimum = 0, maximum = 2_147_483_647, example = 1)]
    database: Option<i64>,
    /// Which entry; may be empty.
    #[param(example = "greeting")]
    key: String,
}

/// Read an entry, named in the URL
#[utoipa::path(
    get, path = "/kv", operation_id = "query_kv", tag = "kv", params(EntryQuery),
    responses(
        (status = 200, description = "The value.", body = Found),
        (status = 404, description = "No such entry.", body = Detail),
        (status = 422, description = "What is wrong with the query.", body = Mistakes),
        Failures,
    ),
)]
pub(in crate::kv) async fn query(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Json<Found>, Error> {
    let pairs = query.map(|Query(pairs)| pairs).unwrap_or_default();
    let entry = shared.checked(Operation::Get, Entry::of_query(&pairs))?;
    find(&shared, &entry).await
}

/// A new entry. Unknown fields are ignored.
#[derive(ToSchema)]
#[schema(example = json!({"database": 1, "key": "greeting", "value": "hello"}))]
#[expect(dead_code, reason = "described here, read like any other request")]
pub(in crate::kv) struct NewEntry {
    /// Which database; a text such as "1" will do.
    #[schema(default = 0, minimum = 0, required = false)]
    database: i32,
    /// Which entry: at most 1024 bytes, may be empty.
    key: String,
    /// What to keep: at most 65536 bytes of UTF-8, may be empty.
    value: String,
}

/// Put a new entry
#[utoipa::path(
    put, path = "/kv", operation_id = "put_kv", tag = "kv", request_body = NewEntry,
    responses(
        (status = 200, description = "Stored.", body = Success),
        (status = 400, description = "A body that cannot be read.", body = Detail),
        (status = 409, description = "There is such an entry, and it stays as it was.", body = Detail),
        (status = 422, description = "What is wrong with the body.", body = Mistakes),
        BodyRefused,
        Failures,
    ),
)]
pub(in crate::kv) async fn write(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Success>, Error> {
    let mut entry = shared.checked(Operation::Set, Entry::of_body(&body))?;
    let value = entry.value.take().ok_or_else(|| entry.without_value());
    let value = shared.checked(Operation::Set, value)?;
    let value = shared.checked(Operation::Set, Value::parse(value))?;
    if shared
        .entries
        .insert(entry.database, &entry.key, &value)
        .await?
    {
        Ok(Json(SUCCESS))
    } else {
        Err(Error::Kv(KvError::KeyExists))
    }
}

/// Read an entry, named in the body
#[utoipa::path(
    post, path = "/kv", operation_id = "post_kv", tag = "kv", request_body = Entry,
    responses(
        (status = 200, description = "The value.", body = Found),
        (status = 400, description = "A body that cannot be read.", body = Detail),
        (status = 404, description = "No such entry.", body = Detail),
        (status = 422, description = "What is wrong with the body.", body = Mistakes),
        BodyRefused,
        Failures,
    ),
)]
pub(in crate::kv) async fn read(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Found>, Error> {
    let entry = shared.checked(Operation::Get, Entry::of_body(&body))?;
    find(&shared, &entry).await
}

/// Delete an entry, if there is one
#[utoipa::path(
    delete, path = "/kv", operation_id = "delete_kv", tag = "kv", request_body = Entry,
    responses(
        (status = 200, description = "There is no such entry now.", body = Success),
        (status = 400, description = "A body that cannot be read.", body = Detail),
        (status = 422, description = "What is wrong with the body.", body = Mistakes),
        BodyRefused,
        Failures,
    ),
)]
pub(in crate::kv) async fn remove(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Success>, Error> {
    let entry = shared.checked(Operation::Delete, Entry::of_body(&body))?;
    shared.entries.delete(entry.database, &entry.key).await?;
    Ok(Json(SUCCESS))
}

async fn find(shared: &Shared, entry: &Entry) -> Result<Json<Found>, Error> {
    let value = shared.entries.get(entry.database, &entry.key).await?;
    let value = value.ok_or(KvError::KeyNotFound)?.into_string();
    Ok(Json(Found { value }))
}
