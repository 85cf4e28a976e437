//! Endpoints of the profile and what each can answer.

use std::collections::BTreeSet;

use super::domain::Version;
use crate::{
    endpoint::{Catalogue, Endpoint, UNMATCHED},
    http::{LIVEZ, READYZ},
};

pub(super) const V1: &str = "/v1/appoints/available-schedule";
pub(super) const V2: &str = "/v2/appoints/available-schedule";
/// Version 2 under the path that it had before there were versions.
pub(super) const V2_BARE: &str = "/appoints/available-schedule";
pub(super) const INDEX: &str = "/";
pub(super) const HEALTHZ: &str = "/healthz";
pub(super) const V2_HEALTHZ: &str = "/v2/healthz";

/// Version 1, what is common, version 2: each selection is one stretch of it.
const ENDPOINTS: &[Endpoint] = &[
    Endpoint::user("GET", V1, &[200, 422, 500, 502, 503, 504]),
    Endpoint::user("HEAD", V1, &[200, 422, 500, 502, 503, 504]),
    Endpoint::user("GET", INDEX, &[200, 500, 502, 503, 504]),
    Endpoint::user("HEAD", INDEX, &[200, 500, 502, 503, 504]),
    Endpoint::probe("GET", HEALTHZ),
    Endpoint::probe("HEAD", HEALTHZ),
    Endpoint::probe("GET", LIVEZ),
    Endpoint::probe("HEAD", LIVEZ),
    Endpoint::probe("GET", READYZ),
    Endpoint::probe("HEAD", READYZ),
    Endpoint::user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
    Endpoint::user("GET", V2, &[200, 500, 502, 503, 504]),
    Endpoint::user("HEAD", V2, &[200, 500, 502, 503, 504]),
    Endpoint::user("GET", V2_BARE, &[200, 500, 502, 503, 504]),
    Endpoint::user("HEAD", V2_BARE, &[200, 500, 502, 503, 504]),
    Endpoint::probe("GET", V2_HEALTHZ),
    Endpoint::probe("HEAD", V2_HEALTHZ),
];
const COMMON: usize = 2;
const ONLY_V2: usize = 11;

/// Both versions.
pub const CATALOGUE: Catalogue = Catalogue(ENDPOINTS);

/// The endpoints of `versions` alone: a route that is not served must not look idle.
pub(super) fn of(versions: &BTreeSet<Version>) -> Catalogue {
    let from = if versions.contains(&Version::V1) {
        0
    } else {
        COMMON
    };
    let to = if versions.contains(&Version::V2) {
        ENDPOINTS.len()
    } else {
        ONLY_V2
    };
    Catalogue(&ENDPOINTS[from..to])
}

/// Paths of the exposition.
pub(super) fn metrics_paths(versions: &BTreeSet<Version>) -> &'static [&'static str] {
    if versions.contains(&Version::V2) {
        &["/metrics", "/v2/metrics"]
    } else {
        &["/metrics"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_selection_has_what_is_common_and_nothing_of_the_other_version() {
        let routes = |versions: &[Version]| of(&versions.iter().copied().collect()).routes();
        let common = [INDEX, HEALTHZ, LIVEZ, READYZ, UNMATCHED];
        assert_eq!(routes(&[Version::V1]), [&[V1], &common[..]].concat());
        let v2 = [&common[..], &[V2, V2_BARE, V2_HEALTHZ]].concat();
        assert_eq!(routes(&[Version::V2]), v2);
        assert_eq!(routes(&Version::ALL), [&[V1], &v2[..]].concat());
    }
}
