//! Endpoints of the `events` profile and what each can answer.

use crate::{
    endpoint::{Catalogue, Endpoint, UNMATCHED},
    http::{LIVEZ, READYZ},
};

pub(super) const EVENT: &str = "/events/{domain}/{event}";
pub(super) const EVENT_V1: &str = "/v1/events/{domain}/{event}";
pub(super) const DOMAIN: &str = "/domains/{domain}";
pub(super) const DOMAIN_V1: &str = "/v1/domains/{domain}";
/// As the original of this service has it.
pub(super) const DOMAIN_V1_SINGULAR: &str = "/v1/domain/{domain}";
pub(super) const STATS: &str = "/stats";

const WRITE: &[u16] = &[204, 400, 404, 408, 413, 500, 502, 503, 504];
const READ: &[u16] = &[200, 400, 500, 502, 503, 504];
const SUMS: &[u16] = &[200, 500, 502, 503, 504];

/// The `events` profile. Endpoints of one route stand together. The router answers HEAD wherever it
/// answers GET.
pub const EVENTS: Catalogue = Catalogue(&[
    Endpoint::user("PUT", EVENT, WRITE),
    Endpoint::user("PUT", EVENT_V1, WRITE),
    Endpoint::user("GET", DOMAIN, READ),
    Endpoint::user("HEAD", DOMAIN, READ),
    Endpoint::user("GET", DOMAIN_V1, READ),
    Endpoint::user("HEAD", DOMAIN_V1, READ),
    Endpoint::user("GET", DOMAIN_V1_SINGULAR, READ),
    Endpoint::user("HEAD", DOMAIN_V1_SINGULAR, READ),
    Endpoint::user("GET", STATS, SUMS),
    Endpoint::user("HEAD", STATS, SUMS),
    Endpoint::probe("GET", LIVEZ),
    Endpoint::probe("HEAD", LIVEZ),
    Endpoint::probe("GET", READYZ),
    Endpoint::probe("HEAD", READYZ),
    Endpoint::user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
]);
