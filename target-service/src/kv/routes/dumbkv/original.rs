//! `/kv` with the statuses and bodies of `DumbKV`, its mistakes included.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::put,
};

use super::{Entry, Found, Mistakes, SUCCESS, Success, method_not_allowed, mistakes::Refusal};
use crate::kv::{
    Operation,
    domain::Value,
    openapi::{BodyRefused, Failures},
    routes::{Detail, KvError, Shared, catalogue::KV},
};

/// What the original says whenever a read finds nothing.
const READ_ERROR: &str = "Internal server error";

/// What it says when there is nothing to encrypt.
const NO_VALUE: &str = "'NoneType' object has no attribute 'encode'";

const UNAVAILABLE: &str = "store unavailable";

/// The route.
pub(in crate::kv::routes) fn router() -> Router<Arc<Shared>> {
    let methods = put(write).post(read).delete(remove);
    let methods = methods.fallback(async || method_not_allowed("POST"));
    Router::new().route(KV, methods)
}

/// Why a request to `/kv` is not served.
pub(in crate::kv) enum Error {
    Refused(Refusal),
    /// The client's mistake.
    Kv(KvError),
    /// A failure, and what the original says of it.
    Failed(KvError, &'static str),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refusal.into_response(),
            Self::Kv(error) => error.into_response(),
            Self::Failed(error, told) => error.told_as(StatusCode::INTERNAL_SERVER_ERROR, told),
        }
    }
}

/// Put a new entry
///
/// A duplicate key and a missing value are 500, as in the original.
#[utoipa::path(
    put, path = "/kv", operation_id = "put_kv", tag = "kv", request_body = Entry,
    responses(
        (status = 200, description = "Stored.", body = Success),
        (status = 400, description = "A body that cannot be read.", body = Detail),
        (status = 422, description = "What is wrong with the body.", body = Mistakes),
        BodyRefused,
        Failures,
    ),
)]
pub(in crate::kv) async fn write(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Success>, Error> {
    let entry = shared.checked(Operation::Set, Entry::of_body(&body))?;
    let value = entry.value.ok_or(Error::Failed(KvError::NoValue, NO_VALUE));
    let value = shared.checked(Operation::Set, value)?;
    let value = Value::parse(value).map_err(|error| Error::Kv(error.into()));
    let value = shared.checked(Operation::Set, value)?;
    match shared
        .entries
        .insert(entry.database, &entry.key, &value)
        .await
    {
        Ok(true) => Ok(Json(SUCCESS)),
        Ok(false) => Err(Error::Failed(KvError::KeyExists, shared.duplicate)),
        Err(error) => Err(Error::Failed(error.into(), UNAVAILABLE)),
    }
}

/// Read an entry
///
/// An unknown key is 500, as in the original.
#[utoipa::path(
    post, path = "/kv", operation_id = "post_kv", tag = "kv", request_body = Entry,
    responses(
        (status = 200, description = "The value.", body = Found),
        (status = 400, description = "A body that cannot be read.", body = Detail),
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
    let value = shared.entries.get(entry.database, &entry.key).await;
    let value = value.map_err(|error| Error::Failed(error.into(), READ_ERROR))?;
    let value = value.ok_or(Error::Failed(KvError::KeyNotFound, READ_ERROR))?;
    Ok(Json(Found {
        value: value.into_string(),
    }))
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
    let deleted = shared.entries.delete(entry.database, &entry.key).await;
    deleted.map_err(|error| Error::Failed(error.into(), UNAVAILABLE))?;
    Ok(Json(SUCCESS))
}
