//! What a service's telemetry can tell apart: one route label and one method label.
//!
//! Several routes of a scenario may share their labels (a hit and a miss of one path); then only their sum can be
//! compared.

use std::collections::BTreeMap;

use crate::ledger::{Cell, Ledger};
use crate::model::{RouteId, Series};
use crate::scenario::Plan;

/// One combination of label values with the scenario's routes behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint<'a> {
    /// Label names and the values they must have; empty when the signal has no such labels.
    labels: Vec<(&'a str, &'a str)>,
    routes: Vec<&'a RouteId>,
}

/// The endpoints of a plan as a signal with these labels sees them, in order of the routes.
pub(crate) fn endpoints<'a>(
    plan: &'a Plan,
    route_label: Option<&'a str>,
    method_label: Option<&'a str>,
) -> Vec<Endpoint<'a>> {
    let mut found: Vec<Endpoint<'a>> = Vec::new();
    for route in &plan.load.routes {
        let labels: Vec<(&str, &str)> = [
            method_label.map(|name| (name, route.labels.method.as_str())),
            route_label.map(|name| (name, route.labels.route.as_str())),
        ]
        .into_iter()
        .flatten()
        .collect();
        match found.iter_mut().find(|e| e.labels == labels) {
            Some(endpoint) => endpoint.routes.push(&route.id),
            None => found.push(Endpoint {
                labels,
                routes: vec![&route.id],
            }),
        }
    }
    found
}

impl Endpoint<'_> {
    /// For people: `PUT /v1/kv/{key}`; `all routes` when the signal has neither label.
    pub(crate) fn title(&self) -> String {
        if self.labels.is_empty() {
            return "all routes".to_owned();
        }
        let values: Vec<&str> = self.labels.iter().map(|(_, value)| *value).collect();
        values.join(" ")
    }

    /// The matchers of its series, in the spelling of PromQL and LogQL.
    pub(crate) fn matchers(&self) -> String {
        let matchers: Vec<String> = self
            .labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        format!("{{{}}}", matchers.join(","))
    }

    /// Whether a series is about this endpoint.
    pub(crate) fn owns(&self, series: &Series) -> bool {
        self.labels
            .iter()
            .all(|(name, value)| series.label(name) == *value)
    }

    /// The ledger's cells behind it.
    pub(crate) fn cells<'l>(&self, ledger: &'l Ledger) -> Vec<&'l Cell> {
        ledger
            .cells
            .iter()
            .filter(|cell| self.routes.contains(&&cell.route))
            .collect()
    }

    /// Whether a route of the scenario is behind it.
    pub(crate) fn has(&self, route: &RouteId) -> bool {
        self.routes.contains(&route)
    }
}

/// Label values, in the order of a title, of the series that belong to no endpoint: another spelling of a route, or
/// routes that the scenario does not call.
pub(crate) fn strangers(
    endpoints: &[Endpoint<'_>],
    series: &[Series],
    counted: impl Fn(&Series) -> u64,
) -> BTreeMap<String, u64> {
    let mut others = BTreeMap::new();
    for one in series {
        let Some(first) = endpoints.first() else {
            break;
        };
        if !endpoints.iter().any(|e| e.owns(one)) {
            let values: Vec<&str> = first
                .labels
                .iter()
                .map(|(name, _)| match one.label(name) {
                    "" => "(no label)",
                    value => value,
                })
                .collect();
            *others.entry(values.join(" ")).or_default() += counted(one);
        }
    }
    others.retain(|_, n| *n > 0);
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::{Fixture, series};

    #[test]
    fn routes_with_the_same_labels_are_one_endpoint() {
        let fixture = Fixture::new();
        let both = endpoints(&fixture.plan, Some("route"), Some("method"));
        assert_eq!(
            both.iter().map(Endpoint::title).collect::<Vec<_>>(),
            ["GET /v1/kv/{key}", "PUT /v1/kv/{key}"]
        );
        let one = endpoints(&fixture.plan, Some("route"), None);
        assert_eq!((one.len(), one[0].routes.len()), (1, 2));
        assert_eq!(
            endpoints(&fixture.plan, None, None)[0].title(),
            "all routes"
        );
    }

    #[test]
    fn a_series_of_another_spelling_is_a_stranger() {
        let fixture = Fixture::new();
        let known = endpoints(&fixture.plan, Some("route"), Some("method"));
        let all = [
            series(&[("route", "/v1/kv/{key}"), ("method", "GET")], &[(0, 1.0)]),
            series(
                &[("route", "/v1/kv/key-1?x=1"), ("method", "GET")],
                &[(0, 3.0)],
            ),
            series(&[("method", "GET")], &[(0, 2.0)]),
            series(&[("route", "/healthz"), ("method", "GET")], &[(0, 0.0)]),
        ];
        assert!(known[0].owns(&all[0]) && !known[1].owns(&all[0]));
        let found = strangers(&known, &all, |s| s.last().unwrap_or(0.0) as u64);
        let found: Vec<(&str, u64)> = found.iter().map(|(k, n)| (k.as_str(), *n)).collect();
        assert_eq!(found, [("GET (no label)", 2), ("GET /v1/kv/key-1?x=1", 3)]);
    }
}
