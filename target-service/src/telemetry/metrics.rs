//! The metrics of the service, every label set known at start at 0 from the start.

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::process::ProcessCollector;
use crate::endpoint::{Catalogue, METHODS, OTHER_METHOD, Subject, UNMATCHED};

/// Bounds of the latency histogram in seconds; every latency objective is one of them.
const SECONDS: [f64; 17] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndpointLabels {
    method: &'static str,
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    fault: &'static str,
}

/// Labels of `target_build_info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct BuildLabels {
    /// Version of the program.
    pub version: &'static str,
    /// Profile that it runs.
    pub profile: &'static str,
}

/// Handles to all metrics and the registry that writes them out.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<StatusLabels, Counter>,
    durations: Family<EndpointLabels, Histogram, fn() -> Histogram>,
    aborted: Family<RouteLabels, Counter>,
    in_flight: Gauge,
    fault_active: Family<FaultLabels, Gauge>,
    log_lines_dropped: Counter,
}

impl Metrics {
    /// Registers everything and makes every label set of `catalogue`. `log_lines_dropped` is the log sink's.
    pub fn new(catalogue: Catalogue, build: BuildLabels, log_lines_dropped: Counter) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            aborted: Family::default(),
            in_flight: Gauge::default(),
            fault_active: Family::default(),
            log_lines_dropped,
        };
        metrics.make_known_series(catalogue);
        metrics.registered(build)
    }

    /// Takes a profile's own metrics.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// Makes the series of one more `status` for every endpoint that has users.
    pub fn expect(&self, catalogue: Catalogue, status: u16) {
        for endpoint in catalogue.0.iter().filter(|endpoint| !endpoint.probe) {
            let subject = Subject {
                method: endpoint.method,
                route: endpoint.route,
            };
            drop(self.requests.get_or_create(&status_labels(subject, status)));
        }
    }

    /// Requests that are being answered now.
    pub fn in_flight(&self) -> &Gauge {
        &self.in_flight
    }

    pub(super) fn count(&self, subject: Subject, status: u16) {
        self.requests
            .get_or_create(&status_labels(subject, status))
            .inc();
    }

    pub(super) fn observe(&self, subject: Subject, seconds: f64) {
        self.durations
            .get_or_create(&endpoint_labels(subject))
            .observe(seconds);
    }

    pub(super) fn abort(&self, subject: Subject) {
        let labels = RouteLabels {
            route: subject.route,
        };
        self.aborted.get_or_create(&labels).inc();
    }

    /// All metrics in `OpenMetrics` text. `faults` is read at each scrape, so that it is never stale.
    pub(super) fn encode(
        &self,
        faults: &[(&'static str, bool)],
    ) -> Result<String, std::fmt::Error> {
        for (fault, active) in faults {
            let gauge = self.fault_active.get_or_create(&FaultLabels { fault });
            gauge.set(i64::from(*active));
        }
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn make_known_series(&self, catalogue: Catalogue) {
        for endpoint in catalogue.0 {
            let subject = Subject {
                method: endpoint.method,
                route: endpoint.route,
            };
            for status in endpoint.statuses {
                drop(
                    self.requests
                        .get_or_create(&status_labels(subject, *status)),
                );
            }
            drop(self.durations.get_or_create(&endpoint_labels(subject)));
        }
        for route in catalogue.routes() {
            drop(self.aborted.get_or_create(&RouteLabels { route }));
            let served = |method| {
                let mut endpoints = catalogue.0.iter();
                endpoints.any(|e| e.route == route && e.method == method)
            };
            // The histogram of a refused method comes with its first request: twenty series for nothing.
            let refusal = if route == UNMATCHED { 404 } else { 405 };
            for method in METHODS
                .into_iter()
                .chain([OTHER_METHOD])
                .filter(|m| !served(*m))
            {
                let subject = Subject { method, route };
                drop(
                    self.requests
                        .get_or_create(&status_labels(subject, refusal)),
                );
            }
        }
    }

    /// Names go without `_total`: the encoder adds it to counters.
    fn registered(mut self, build: BuildLabels) -> Self {
        let registry = &mut self.registry;
        registry.register(
            "http_requests",
            "Requests answered, by exact status",
            self.requests.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "Time from the request's head to the answer's head",
            self.durations.clone(),
        );
        registry.register(
            "http_requests_aborted",
            "Requests whose client went away before the answer",
            self.aborted.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests being answered",
            self.in_flight.clone(),
        );
        registry.register(
            "target_fault_active",
            "1 while a fault of this kind can strike",
            self.fault_active.clone(),
        );
        registry.register(
            "log_lines_dropped",
            "Log lines lost because the queue was full or the writer failed",
            self.log_lines_dropped.clone(),
        );
        let info = Family::<BuildLabels, Gauge>::default();
        info.get_or_create(&build).set(1);
        registry.register(
            "target_build_info",
            "Version and profile of this process",
            info,
        );
        registry.register_collector(Box::new(ProcessCollector::started_now()));
        self
    }
}

fn status_labels(subject: Subject, status: u16) -> StatusLabels {
    StatusLabels {
        method: subject.method,
        route: subject.route,
        status,
    }
}

fn endpoint_labels(subject: Subject) -> EndpointLabels {
    EndpointLabels {
        method: subject.method,
        route: subject.route,
    }
}
