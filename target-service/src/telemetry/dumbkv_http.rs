//! The HTTP metrics of the original `DumbKV`, whose instrumentation groups statuses and measures sizes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        prometheus_protobuf::prometheus_data_model::{
            self as model, LabelPair, Metric, MetricFamily, MetricType,
        },
    },
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use super::{dialect::class, exchange::Exchange};
use crate::endpoint::{Catalogue, METHODS, OTHER_METHOD, Subject, UNMATCHED};

/// Handler of a request that no route or no method of it answers.
const NONE: &str = "none";

/// Bounds of the histogram without labels, in seconds.
const FINE: [f64; 21] = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0,
    7.5, 10.0, 30.0, 60.0,
];

/// Bounds of the histogram by handler, in seconds.
const COARSE: [f64; 3] = [0.1, 0.5, 1.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    handler: &'static str,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HandlerLabels {
    handler: &'static str,
    method: &'static str,
}

/// Requests by class of status, sizes by handler, latency fine or by handler.
#[derive(Debug)]
pub(super) struct DumbKvHttp {
    requests: Family<RequestLabels, Counter>,
    fine: Histogram,
    coarse: Family<HandlerLabels, Histogram, fn() -> Histogram>,
    sizes: Vec<Sizes>,
}

/// Bytes of one handler.
#[derive(Debug)]
struct Sizes {
    handler: &'static str,
    count: AtomicU64,
    request: AtomicU64,
    response: AtomicU64,
}

impl DumbKvHttp {
    /// Makes every series that `catalogue` knows, at 0.
    pub(super) fn new(catalogue: Catalogue, registry: &mut Registry) -> Self {
        let sizes = catalogue.routes().into_iter().map(|route| Sizes {
            handler: handler(route, 200),
            count: AtomicU64::default(),
            request: AtomicU64::default(),
            response: AtomicU64::default(),
        });
        let metrics = Self {
            requests: Family::default(),
            fine: Histogram::new(FINE),
            coarse: Family::new_with_constructor(|| Histogram::new(COARSE)),
            sizes: sizes.collect(),
        };
        registry.register(
            "http_requests",
            "Total number of requests by method, status and handler",
            metrics.requests.clone(),
        );
        registry.register(
            "http_request_duration_highr_seconds",
            "Latency with many buckets but no API specific labels",
            metrics.fine.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "Latency with only few buckets by handler",
            metrics.coarse.clone(),
        );
        for endpoint in catalogue.0 {
            let subject = endpoint.subject();
            for status in endpoint.statuses {
                drop(metrics.requests.get_or_create(&labels(subject, *status)));
            }
            drop(metrics.coarse.get_or_create(&by_handler(subject, 200)));
        }
        for method in METHODS.into_iter().chain([OTHER_METHOD]) {
            let refused = Subject {
                method,
                route: UNMATCHED,
            };
            drop(metrics.requests.get_or_create(&labels(refused, 404)));
        }
        metrics
    }

    /// Makes the series of one more status.
    pub(super) fn expect(&self, subject: Subject, status: u16) {
        drop(self.requests.get_or_create(&labels(subject, status)));
    }

    pub(super) fn record(&self, exchange: &Exchange) {
        self.count(exchange, 1);
        self.observe(exchange, exchange.seconds);
        self.observe_total(exchange, exchange.seconds);
    }

    pub(super) fn count(&self, exchange: &Exchange, increments: u64) {
        let labels = labels(exchange.subject, exchange.status);
        self.requests.get_or_create(&labels).inc_by(increments);
    }

    pub(super) fn observe(&self, exchange: &Exchange, value: f64) {
        let labels = by_handler(exchange.subject, exchange.status);
        self.coarse.get_or_create(&labels).observe(value);
    }

    /// What has no method or no label at all.
    pub(super) fn observe_total(&self, exchange: &Exchange, value: f64) {
        self.fine.observe(value);
        let handler = handler(exchange.subject.route, exchange.status);
        if let Some(sizes) = self.sizes.iter().find(|sizes| sizes.handler == handler) {
            sizes.count.fetch_add(1, Relaxed);
            sizes.request.fetch_add(exchange.request_bytes, Relaxed);
            sizes.response.fetch_add(exchange.response_bytes, Relaxed);
        }
    }

    /// Adds the summaries, which the library does not have.
    pub(super) fn complete(&self, families: &mut Vec<MetricFamily>) {
        let family = |name: &str, help: &str, bytes: fn(&Sizes) -> &AtomicU64| MetricFamily {
            name: name.to_owned(),
            help: help.to_owned(),
            r#type: MetricType::Summary as i32,
            metric: self
                .sizes
                .iter()
                .map(|sizes| sizes.summary(bytes))
                .collect(),
            unit: String::new(),
        };
        families.push(family(
            "http_request_size_bytes",
            "Content length of incoming requests by handler.",
            |sizes| &sizes.request,
        ));
        families.push(family(
            "http_response_size_bytes",
            "Content length of outgoing responses by handler.",
            |sizes| &sizes.response,
        ));
    }
}

impl Sizes {
    fn summary(&self, bytes: fn(&Self) -> &AtomicU64) -> Metric {
        Metric {
            label: vec![LabelPair {
                name: "handler".to_owned(),
                value: self.handler.to_owned(),
            }],
            summary: Some(model::Summary {
                sample_count: self.count.load(Relaxed),
                sample_sum: bytes(self).load(Relaxed) as f64,
                ..model::Summary::default()
            }),
            ..Metric::default()
        }
    }
}

fn handler(route: &'static str, status: u16) -> &'static str {
    if route == UNMATCHED || status == 405 {
        NONE
    } else {
        route
    }
}

fn labels(subject: Subject, status: u16) -> RequestLabels {
    RequestLabels {
        handler: handler(subject.route, status),
        method: subject.method,
        status: class(status),
    }
}

fn by_handler(subject: Subject, status: u16) -> HandlerLabels {
    HandlerLabels {
        handler: handler(subject.route, status),
        method: subject.method,
    }
}
