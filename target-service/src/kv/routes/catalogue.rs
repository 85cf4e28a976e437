//! Endpoints of the `kv` profile and what each can answer.

use crate::{
    endpoint::{Catalogue, Endpoint, UNMATCHED},
    http::{LIVEZ, READYZ},
};

pub(super) const ENTRY: &str = "/v1/kv/{key}";
pub(super) const LISTING: &str = "/v1/kv";

/// The `kv` profile. Each ends with the failures that any request can meet: an injected error, a broken
/// proxy's, a lost store, a timeout. Endpoints of one route stand together. The router answers HEAD
/// wherever it answers GET.
pub const KV: Catalogue = Catalogue(&[
    Endpoint::user("GET", ENTRY, &[200, 400, 404, 500, 502, 503, 504]),
    Endpoint::user("HEAD", ENTRY, &[200, 400, 404, 500, 502, 503, 504]),
    Endpoint::user("PUT", ENTRY, &[204, 400, 408, 413, 500, 502, 503, 504]),
    Endpoint::user("DELETE", ENTRY, &[204, 400, 404, 500, 502, 503, 504]),
    Endpoint::user("GET", LISTING, &[200, 400, 500, 502, 503, 504]),
    Endpoint::user("HEAD", LISTING, &[200, 400, 500, 502, 503, 504]),
    Endpoint::probe("GET", LIVEZ),
    Endpoint::probe("HEAD", LIVEZ),
    Endpoint::probe("GET", READYZ),
    Endpoint::probe("HEAD", READYZ),
    Endpoint::user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
]);
