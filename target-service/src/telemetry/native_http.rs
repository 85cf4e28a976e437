//! The HTTP metrics of the service's own dialect.

use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_protobuf::prometheus_data_model::MetricFamily},
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use super::{exchange::Exchange, families, latency::Latency};
use crate::endpoint::{Catalogue, METHODS, OTHER_METHOD, Subject, UNMATCHED};

const DURATION: &str = "http_request_duration_seconds";

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

/// Requests by exact status, latency by endpoint.
#[derive(Debug)]
pub(super) struct NativeHttp {
    requests: Family<StatusLabels, Counter>,
    durations: Family<EndpointLabels, Latency, fn() -> Latency>,
    known: Vec<Known>,
}

/// Handles to the series of one subject: a known request costs no lookup in a family.
#[derive(Debug)]
struct Known {
    subject: Subject,
    answers: Vec<(u16, Counter)>,
    /// `None` for a refused method: its histogram comes with its first request, to save twenty series.
    duration: Option<Latency>,
}

impl NativeHttp {
    /// Makes every series that `catalogue` knows, at 0.
    pub(super) fn new(catalogue: Catalogue, registry: &mut Registry) -> Self {
        let mut metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(Latency::classic_and_native),
            known: Vec::new(),
        };
        // Names go without `_total`: the encoder adds it to counters.
        registry.register(
            "http_requests",
            "Requests answered, by exact status",
            metrics.requests.clone(),
        );
        registry.register(
            DURATION,
            "Time from the request's head to the answer's head",
            metrics.durations.clone(),
        );
        for endpoint in catalogue.0 {
            metrics.know(endpoint.subject(), endpoint.statuses, true);
        }
        for route in catalogue.routes() {
            let refusal = if route == UNMATCHED { 404 } else { 405 };
            for method in METHODS.into_iter().chain([OTHER_METHOD]) {
                let subject = Subject { method, route };
                if metrics.series(subject).is_none() {
                    metrics.know(subject, &[refusal], false);
                }
            }
        }
        metrics
    }

    fn know(&mut self, subject: Subject, statuses: &[u16], timed: bool) {
        let answer = |status: &u16| {
            let counter = self.requests.get_or_create_owned(&labels(subject, *status));
            (*status, counter)
        };
        let answers = statuses.iter().map(answer).collect();
        let duration = timed.then(|| self.durations.get_or_create_owned(&endpoint(subject)));
        self.known.push(Known {
            subject,
            answers,
            duration,
        });
    }

    /// Makes the series of one more status.
    pub(super) fn expect(&mut self, subject: Subject, status: u16) {
        let counter = self.requests.get_or_create_owned(&labels(subject, status));
        let mut known = self.known.iter_mut();
        if let Some(known) = known.find(|known| known.subject == subject)
            && !known.answers.iter().any(|(code, _)| *code == status)
        {
            known.answers.push((status, counter));
        }
    }

    pub(super) fn record(&self, exchange: &Exchange) {
        let known = self.series(exchange.subject);
        self.count_in(known, exchange, 1);
        self.observe_in(known, exchange, exchange.seconds);
    }

    pub(super) fn count(&self, exchange: &Exchange, increments: u64) {
        self.count_in(self.series(exchange.subject), exchange, increments);
    }

    pub(super) fn observe(&self, exchange: &Exchange, value: f64) {
        self.observe_in(self.series(exchange.subject), exchange, value);
    }

    fn count_in(&self, known: Option<&Known>, exchange: &Exchange, increments: u64) {
        let status = exchange.status;
        let answers = known.map(|known| known.answers.iter());
        match answers.and_then(|mut answers| answers.find(|(code, _)| *code == status)) {
            Some((_, counter)) => counter.inc_by(increments),
            None => self
                .requests
                .get_or_create(&labels(exchange.subject, status))
                .inc_by(increments),
        };
    }

    fn observe_in(&self, known: Option<&Known>, exchange: &Exchange, value: f64) {
        match known.and_then(|known| known.duration.as_ref()) {
            Some(duration) => duration.observe(value, exchange.trace_id),
            None => self
                .durations
                .get_or_create(&endpoint(exchange.subject))
                .observe(value, exchange.trace_id),
        }
    }

    /// Completes what the registry wrote.
    pub(super) fn complete(&self, families: &mut [MetricFamily]) {
        let Some(durations) = families.iter_mut().find(|family| family.name == DURATION) else {
            return;
        };
        for metric in &mut durations.metric {
            let (method, route) = (
                families::label(metric, "method"),
                families::label(metric, "route"),
            );
            let mut known = self.known.iter();
            let known = known.find(|known| {
                Some(known.subject.method) == method && Some(known.subject.route) == route
            });
            let duration = known.and_then(|known| known.duration.as_ref());
            if let (Some(duration), Some(encoded)) = (duration, &mut metric.histogram) {
                duration.attach_exemplars(encoded);
            }
        }
    }

    fn series(&self, subject: Subject) -> Option<&Known> {
        self.known.iter().find(|known| known.subject == subject)
    }
}

fn labels(subject: Subject, status: u16) -> StatusLabels {
    StatusLabels {
        method: subject.method,
        route: subject.route,
        status,
    }
}

fn endpoint(subject: Subject) -> EndpointLabels {
    EndpointLabels {
        method: subject.method,
        route: subject.route,
    }
}
