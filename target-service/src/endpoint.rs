//! Which requests the service knows: the bounded vocabulary of labels, log fields and fault rules.

use axum::{extract::MatchedPath, extract::Request, http::Method};

/// Route of a request that no route matches.
pub const UNMATCHED: &str = "unmatched";

/// Route of a profile that takes every path. With us it takes the root, too.
pub const EVERYTHING: &str = "/{*path}";

/// Method label of anything that is not in [`METHODS`]: clients may invent methods, labels must not grow.
pub const OTHER_METHOD: &str = "OTHER";

/// Methods that are told apart.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];

/// One method of one route and the statuses it can answer with.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// One of [`METHODS`].
    pub method: &'static str,
    /// Route template, as registered with the router.
    pub route: &'static str,
    /// Every status known before the first request.
    pub statuses: &'static [u16],
    /// Asked by machines about the service itself, not by its users.
    pub probe: bool,
}

impl Endpoint {
    /// An endpoint for users of the service.
    pub const fn user(method: &'static str, route: &'static str, statuses: &'static [u16]) -> Self {
        Self {
            method,
            route,
            statuses,
            probe: false,
        }
    }

    /// An endpoint for machines: ready or not, or hit by a fault.
    pub const fn probe(method: &'static str, route: &'static str) -> Self {
        Self {
            method,
            route,
            statuses: &[200, 500, 502, 503, 504],
            probe: true,
        }
    }

    /// What its requests ask for.
    pub const fn subject(&self) -> Subject {
        Subject {
            method: self.method,
            route: self.route,
        }
    }
}

/// All endpoints of a profile.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue(pub &'static [Endpoint]);

/// What a request asks for, in the vocabulary of the [`Catalogue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject {
    /// One of [`METHODS`] or [`OTHER_METHOD`].
    pub method: &'static str,
    /// A route template or [`UNMATCHED`].
    pub route: &'static str,
}

impl Catalogue {
    /// Route templates, [`UNMATCHED`] included, each once.
    pub fn routes(&self) -> Vec<&'static str> {
        let mut routes: Vec<_> = self.0.iter().map(|endpoint| endpoint.route).collect();
        routes.dedup();
        routes
    }

    /// Whether the route belongs to a probe.
    pub fn is_probe(&self, route: &str) -> bool {
        let mut probes = self.0.iter().filter(|endpoint| endpoint.probe);
        probes.any(|endpoint| endpoint.route == route)
    }

    /// The subject of a request that the router has matched already.
    pub fn subject(&self, request: &Request) -> Subject {
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .and_then(|matched| self.known_route(matched.as_str()));
        Subject {
            method: method_label(request.method()),
            route: route.unwrap_or(UNMATCHED),
        }
    }

    fn known_route(&self, template: &str) -> Option<&'static str> {
        let mut routes = self.0.iter().map(|endpoint| endpoint.route);
        routes.find(|route| *route == template || (*route == EVERYTHING && template == "/"))
    }
}

fn method_label(method: &Method) -> &'static str {
    let known = METHODS.into_iter().find(|label| *label == method.as_str());
    known.unwrap_or(OTHER_METHOD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_method_gets_the_common_label() {
        let invented = Method::from_bytes(b"BREW").expect("a token");
        assert_eq!(method_label(&invented), OTHER_METHOD);
        assert_eq!(method_label(&Method::PATCH), "PATCH");
    }
}
