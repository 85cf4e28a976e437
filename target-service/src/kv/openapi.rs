//! The `OpenAPI` 3.1 document, one for each mode.

use std::{collections::BTreeMap, marker::PhantomData};

use utoipa::{
    IntoResponses, OpenApi as _, ToSchema,
    openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder},
};

use super::{
    Compat,
    routes::{Detail, databases, docs, dumbkv, entries, health, page},
};

/// What the service says of itself, for machines.
pub(super) fn document(compat: Compat) -> OpenApi {
    let kv = match compat {
        Compat::None => Native::openapi(),
        Compat::DumbKv => Original::openapi(),
    };
    Common::openapi().merge_from(kv)
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "DumbKV API",
        version = "1.0.0",
        description = "Keys and values in numbered databases. `/v1` is the service's own API; `/kv` takes everything in \
            a JSON body, so that no key ever stands in a URL. HEAD works wherever GET does. \
            Where a limit per client is set, any request can be 429 with `retry-after`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "kv", description = "One path, everything in the body"),
        (name = "entries", description = "Entries of database 0"),
        (name = "databases", description = "Databases and their entries"),
        (name = "service", description = "The service itself"),
    ),
    paths(
        entries::read, entries::write, entries::remove, entries::list,
        databases::list, databases::read, databases::write, databases::remove, databases::list_keys,
        health::health, page::page, page::icon, docs::document, docs::page, docs::file,
        livez, readyz, metrics,
    ),
)]
struct Common;

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    dumbkv::native::query,
    dumbkv::native::write,
    dumbkv::native::read,
    dumbkv::native::remove,
))]
struct Native;

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    dumbkv::original::write,
    dumbkv::original::read,
    dumbkv::original::remove
))]
struct Original;

/// What any request can meet.
pub(super) type Failures = FailuresOr<Detail>;

/// The same, for a probe that says in its own way that the store is not to be had.
pub(super) struct FailuresOr<Unavailable>(PhantomData<Unavailable>);

/// What any request with a body can meet.
pub(super) struct BodyRefused;

impl<Unavailable: ToSchema> IntoResponses for FailuresOr<Unavailable> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        [
            told::<Detail>("500", "A fault of the service."),
            told::<Detail>("502", "A fault in front of the service."),
            told::<Unavailable>("503", "The store is not to be had."),
            told::<Detail>("504", "No answer within 10 seconds."),
        ]
        .into()
    }
}

impl IntoResponses for BodyRefused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let large = "The value has more than 65536 bytes, or the body more than 1048576.";
        [
            told::<Detail>("408", "The body did not arrive within 10 seconds."),
            told::<Detail>("413", large),
        ]
        .into()
    }
}

fn told<Body: ToSchema>(status: &str, description: &str) -> (String, RefOr<Response>) {
    let body = Content::new(Some(Ref::from_schema_name(Body::name())));
    let response = ResponseBuilder::new().description(description);
    let response = response.content("application/json", body).build();
    (status.to_owned(), RefOr::T(response))
}

/// Alive?
#[utoipa::path(
    get, path = "/livez", operation_id = "get_livez", tag = "service",
    responses((status = 200, description = "Yes.", body = Status), Failures),
)]
#[expect(dead_code, reason = "described here, served for every profile")]
fn livez() {}

/// Ready for requests?
#[utoipa::path(
    get, path = "/readyz", operation_id = "get_readyz", tag = "service",
    responses((status = 200, description = "Yes.", body = Status), FailuresOr<Status>),
)]
#[expect(dead_code, reason = "described here, served for every profile")]
fn readyz() {}

/// Metrics for Prometheus
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "service",
    responses((status = 200, description = "All metrics.", content((String = "text/plain"), (String = "application/openmetrics-text")))),
)]
#[expect(dead_code, reason = "described here, served for every profile")]
fn metrics() {}

/// The answer to a probe.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described here, served for every profile")]
struct Status {
    /// `ok`, `ready` or `not_ready`.
    #[schema(example = "ok")]
    status: String,
    /// Why not, in one word.
    reason: Option<String>,
}
