//! Endpoints of the `kv` profile and what each can answer.

use crate::{
    endpoint::{Catalogue, Endpoint, UNMATCHED},
    http::{LIVEZ, READYZ},
    kv::Compat,
};

pub(super) const ENTRY: &str = "/v1/kv/{key}";
pub(super) const LISTING: &str = "/v1/kv";
pub(super) const DATABASES: &str = "/v1/databases";
pub(super) const DATABASE_ENTRY: &str = "/v1/databases/{database}/kv/{key}";
pub(super) const DATABASE_LISTING: &str = "/v1/databases/{database}/kv";
pub(super) const KV: &str = "/kv";
pub(super) const HEALTH: &str = "/health";
pub(super) const PAGE: &str = "/";
pub(super) const FAVICON: &str = "/favicon.ico";
pub(super) const DOCS: &str = "/docs";
pub(super) const DOCS_FILE: &str = "/docs/{file}";
pub(super) const OPENAPI: &str = "/openapi.json";

/// Routes whose answers tell of entries, which change.
pub(in crate::kv) const CHANGING: &[&str] = &[
    ENTRY,
    LISTING,
    DATABASES,
    DATABASE_ENTRY,
    DATABASE_LISTING,
    KV,
];

/// What the profile answers to.
pub const fn catalogue(compat: Compat) -> Catalogue {
    match compat {
        Compat::None => NATIVE,
        Compat::DumbKv => DUMBKV,
    }
}

// Each list ends with the failures that any request can meet: an injected error, a broken proxy's, a lost
// store, a timeout.
const PLAIN: &[u16] = &[200, 500, 502, 503, 504];
const READ: &[u16] = &[200, 400, 404, 500, 502, 503, 504];
const WRITE: &[u16] = &[204, 400, 408, 413, 500, 502, 503, 504];
const REMOVE: &[u16] = &[204, 400, 404, 500, 502, 503, 504];
const LIST: &[u16] = &[200, 400, 500, 502, 503, 504];
const FILE: &[u16] = &[200, 404, 500, 502, 503, 504];

/// The routes that are the same in both modes, and those of `/kv`. Endpoints of one route stand together.
/// The router answers HEAD wherever it answers GET.
macro_rules! with_kv {
    ($($kv:expr),+) => {
        Catalogue(&[
            Endpoint::user("GET", ENTRY, READ),
            Endpoint::user("HEAD", ENTRY, READ),
            Endpoint::user("PUT", ENTRY, WRITE),
            Endpoint::user("DELETE", ENTRY, REMOVE),
            Endpoint::user("GET", LISTING, LIST),
            Endpoint::user("HEAD", LISTING, LIST),
            Endpoint::user("GET", DATABASES, PLAIN),
            Endpoint::user("HEAD", DATABASES, PLAIN),
            Endpoint::user("GET", DATABASE_ENTRY, READ),
            Endpoint::user("HEAD", DATABASE_ENTRY, READ),
            Endpoint::user("PUT", DATABASE_ENTRY, WRITE),
            Endpoint::user("DELETE", DATABASE_ENTRY, REMOVE),
            Endpoint::user("GET", DATABASE_LISTING, LIST),
            Endpoint::user("HEAD", DATABASE_LISTING, LIST),
            $($kv,)+
            Endpoint::user("GET", PAGE, PLAIN),
            Endpoint::user("HEAD", PAGE, PLAIN),
            Endpoint::user("GET", FAVICON, PLAIN),
            Endpoint::user("HEAD", FAVICON, PLAIN),
            Endpoint::user("GET", DOCS, PLAIN),
            Endpoint::user("HEAD", DOCS, PLAIN),
            Endpoint::user("GET", DOCS_FILE, FILE),
            Endpoint::user("HEAD", DOCS_FILE, FILE),
            Endpoint::user("GET", OPENAPI, PLAIN),
            Endpoint::user("HEAD", OPENAPI, PLAIN),
            Endpoint::probe("GET", HEALTH),
            Endpoint::probe("HEAD", HEALTH),
            Endpoint::probe("GET", LIVEZ),
            Endpoint::probe("HEAD", LIVEZ),
            Endpoint::probe("GET", READYZ),
            Endpoint::probe("HEAD", READYZ),
            Endpoint::user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
        ])
    };
}

/// Own statuses.
const NATIVE: Catalogue = with_kv![
    Endpoint::user("GET", KV, &[200, 404, 422, 500, 502, 503, 504]),
    Endpoint::user("HEAD", KV, &[200, 404, 422, 500, 502, 503, 504]),
    Endpoint::user(
        "PUT",
        KV,
        &[200, 400, 408, 409, 413, 422, 500, 502, 503, 504]
    ),
    Endpoint::user(
        "POST",
        KV,
        &[200, 400, 404, 408, 413, 422, 500, 502, 503, 504]
    ),
    Endpoint::user("DELETE", KV, &[200, 400, 408, 413, 422, 500, 502, 503, 504])
];

/// A duplicate and an unknown key are 500.
const DUMBKV: Catalogue = with_kv![
    Endpoint::user("PUT", KV, &[200, 400, 408, 413, 422, 500, 502, 503, 504]),
    Endpoint::user("POST", KV, &[200, 400, 408, 413, 422, 500, 502, 503, 504]),
    Endpoint::user("DELETE", KV, &[200, 400, 408, 413, 422, 500, 502, 503, 504])
];
