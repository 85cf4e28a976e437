//! Series that no honest service would have: they exist while their lie is in force.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use prometheus_client::{
    encoding::prometheus_protobuf::{encode, prometheus_data_model::MetricFamily},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use super::lock;
use crate::{
    endpoint::Subject,
    telemetry::{Dialect, latency::SECONDS},
};

type Labels = Vec<(String, String)>;

/// The common metrics once more, under whatever labels.
#[derive(Debug)]
pub(super) struct OddSeries {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    routes: Mutex<HashSet<String>>,
}

/// Where one request goes.
#[derive(Debug)]
pub(in crate::telemetry) struct OddRequest {
    pub(super) series: Arc<OddSeries>,
    pub(super) route: ToldRoute,
    pub(super) status: String,
}

/// What the route label says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ToldRoute {
    True,
    /// There is no such label.
    Missing,
    Other(String),
}

impl Default for OddSeries {
    fn default() -> Self {
        let (mut registry, requests) = (Registry::default(), Family::default());
        let durations: Family<_, _, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register("http_requests", "", Family::clone(&requests));
        registry.register("http_request_duration_seconds", "", durations.clone());
        Self {
            registry,
            requests,
            durations,
            routes: Mutex::default(),
        }
    }
}

impl OddSeries {
    /// Whether `route` is one of at most `values`.
    pub(super) fn admits(&self, route: &str, values: usize) -> bool {
        let mut routes = lock(&self.routes);
        routes.contains(route) || (routes.len() < values && routes.insert(route.to_owned()))
    }

    /// Adds these series to those of the same names.
    pub(super) fn append_to(&self, families: &mut [MetricFamily]) {
        // Counters and classic histograms can always be encoded.
        for odd in encode(&self.registry).unwrap_or_default() {
            let same = families.iter_mut().find(|family| family.name == odd.name);
            if let Some(family) = same {
                family.metric.extend(odd.metric);
            }
        }
    }
}

impl OddRequest {
    pub(in crate::telemetry) fn count(&self, subject: Subject, dialect: Dialect, increments: u64) {
        let mut labels = self.endpoint(subject, dialect);
        labels.push(("status".to_owned(), self.status.clone()));
        let requests = &self.series.requests;
        requests.get_or_create(&labels).inc_by(increments);
    }

    /// `false` when the latency belongs to the true series, as its labels are true.
    pub(in crate::telemetry) fn observe(
        &self,
        subject: Subject,
        dialect: Dialect,
        latency: f64,
    ) -> bool {
        let odd = self.route != ToldRoute::True;
        if odd {
            let labels = self.endpoint(subject, dialect);
            let durations = &self.series.durations;
            durations.get_or_create(&labels).observe(latency);
        }
        odd
    }

    fn endpoint(&self, subject: Subject, dialect: Dialect) -> Labels {
        let mut labels = vec![("method".to_owned(), subject.method.to_owned())];
        let route = match &self.route {
            ToldRoute::True => Some(subject.route.to_owned()),
            ToldRoute::Missing => None,
            ToldRoute::Other(route) => Some(route.clone()),
        };
        labels.extend(route.map(|route| (dialect.route_label().to_owned(), route)));
        labels.sort_unstable();
        labels
    }
}
