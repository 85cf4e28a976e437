//! Endpoints of the `kv` profile and what each can answer.

use crate::endpoint::{Catalogue, Endpoint, UNMATCHED};

pub(super) const ENTRY: &str = "/v1/kv/{key}";
pub(super) const LISTING: &str = "/v1/kv";
pub(super) const LIVEZ: &str = "/livez";
pub(super) const READYZ: &str = "/readyz";

/// The `kv` profile. Each ends with the failures that any request can meet: an injected error, a broken
/// proxy's, a lost store, a timeout. Endpoints of one route stand together. The router answers HEAD
/// wherever it answers GET.
pub const KV: Catalogue = Catalogue(&[
    user("GET", ENTRY, &[200, 400, 404, 500, 502, 503, 504]),
    user("HEAD", ENTRY, &[200, 400, 404, 500, 502, 503, 504]),
    user("PUT", ENTRY, &[204, 400, 408, 413, 500, 502, 503, 504]),
    user("DELETE", ENTRY, &[204, 400, 404, 500, 502, 503, 504]),
    user("GET", LISTING, &[200, 400, 500, 502, 503, 504]),
    user("HEAD", LISTING, &[200, 400, 500, 502, 503, 504]),
    probe("GET", LIVEZ),
    probe("HEAD", LIVEZ),
    probe("GET", READYZ),
    probe("HEAD", READYZ),
    user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
]);

const fn user(method: &'static str, route: &'static str, statuses: &'static [u16]) -> Endpoint {
    Endpoint {
        method,
        route,
        statuses,
        probe: false,
    }
}

const fn probe(method: &'static str, route: &'static str) -> Endpoint {
    Endpoint {
        method,
        route,
        statuses: &[200, 500, 502, 503, 504],
        probe: true,
    }
}
