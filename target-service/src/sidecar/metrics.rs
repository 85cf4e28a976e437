//! What the sidecar tells about requests, and the application behind it cannot.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::settings::DropMode;
use crate::endpoint::{METHODS, OTHER_METHOD};

/// Bounds of the histograms, those of `http_request_duration_seconds`.
const SECONDS: [f64; 17] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0,
];

/// How a request ended: each in exactly one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    /// The upstream's answer was handed on.
    Forwarded,
    /// On purpose.
    Dropped,
    /// The upstream did not answer in time.
    UpstreamTimeout,
    /// The upstream could not be reached or broke off.
    UpstreamError,
    /// The client left first.
    ClientGone,
    /// The request was one that is not for any upstream.
    Refused,
}

impl Outcome {
    const ALL: [Self; 6] = [
        Self::Forwarded,
        Self::Dropped,
        Self::UpstreamTimeout,
        Self::UpstreamError,
        Self::ClientGone,
        Self::Refused,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::Dropped => "dropped",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamError => "upstream_error",
            Self::ClientGone => "client_gone",
            Self::Refused => "refused",
        }
    }

    /// Known before the first request; the upstream may answer with others.
    const fn statuses(self) -> &'static [Option<u16>] {
        match self {
            Self::Forwarded => &[
                Some(200),
                Some(201),
                Some(204),
                Some(304),
                Some(400),
                Some(404),
                Some(409),
                Some(422),
                Some(429),
                Some(500),
                Some(502),
                Some(503),
                Some(504),
            ],
            Self::Dropped => &[Some(504), None],
            Self::UpstreamTimeout => &[Some(504)],
            Self::UpstreamError => &[Some(502)],
            Self::ClientGone => &[None],
            Self::Refused => &[Some(400), Some(408), Some(501), Some(508)],
        }
    }
}

/// The status as a label: `none` when nothing was written to the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Status(Option<u16>);

impl EncodeLabelValue for Status {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        match self.0 {
            Some(status) => status.encode(encoder),
            None => "none".encode(encoder),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    outcome: &'static str,
    status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SideLabels {
    side: &'static str,
}

/// Handles to the metrics.
#[derive(Debug)]
pub(super) struct SidecarMetrics {
    requests: Family<RequestLabels, Counter>,
    durations: Family<OutcomeLabels, Histogram, fn() -> Histogram>,
    upstream_duration: Histogram,
    faults: Family<KindLabels, Counter>,
    cut: Family<SideLabels, Counter>,
    pub(super) upstream_up: Gauge,
}

impl SidecarMetrics {
    /// Registers everything and makes every label set that is known now.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            upstream_duration: Histogram::new(SECONDS),
            faults: Family::default(),
            cut: Family::default(),
            upstream_up: Gauge::default(),
        };
        metrics.make_known_series();
        registry.register(
            "sidecar_requests",
            "Requests by how they ended; status none: nothing was written",
            metrics.requests.clone(),
        );
        registry.register(
            "sidecar_request_duration_seconds",
            "Time from the request's head to the answer's head or the end without one",
            metrics.durations.clone(),
        );
        registry.register(
            "sidecar_upstream_duration_seconds",
            "Time from forwarding to the head of the upstream's answer",
            metrics.upstream_duration.clone(),
        );
        registry.register(
            "sidecar_faults_injected",
            "Requests that were dropped or delayed on purpose",
            metrics.faults.clone(),
        );
        registry.register(
            "sidecar_answers_cut",
            "Answers that ended before their body did, by the side that broke off",
            metrics.cut.clone(),
        );
        registry.register(
            "sidecar_upstream_up",
            "1 while the upstream can be reached, by its last answer or a connection each idle second",
            metrics.upstream_up.clone(),
        );
        metrics
    }

    pub(super) fn end(
        &self,
        method: &'static str,
        outcome: Outcome,
        status: Option<u16>,
        took: Duration,
    ) {
        let outcome = outcome.as_str();
        let labels = RequestLabels {
            method,
            outcome,
            status: Status(status),
        };
        self.requests.get_or_create(&labels).inc();
        let durations = self.durations.get_or_create(&OutcomeLabels { outcome });
        durations.observe(took.as_secs_f64());
    }

    pub(super) fn upstream_answered(&self, took: Duration) {
        self.upstream_duration.observe(took.as_secs_f64());
    }

    pub(super) fn dropped(&self, mode: DropMode) {
        let kind = mode.as_str();
        self.faults.get_or_create(&KindLabels { kind }).inc();
    }

    pub(super) fn delayed(&self) {
        let kind = DELAY;
        self.faults.get_or_create(&KindLabels { kind }).inc();
    }

    pub(super) fn cut(&self, side: Side) {
        let side = side.as_str();
        self.cut.get_or_create(&SideLabels { side }).inc();
    }

    fn make_known_series(&self) {
        for outcome in Outcome::ALL {
            for method in METHODS.into_iter().chain([OTHER_METHOD]) {
                for status in outcome.statuses() {
                    let labels = RequestLabels {
                        method,
                        outcome: outcome.as_str(),
                        status: Status(*status),
                    };
                    drop(self.requests.get_or_create(&labels));
                }
            }
            let outcome = outcome.as_str();
            drop(self.durations.get_or_create(&OutcomeLabels { outcome }));
        }
        for kind in DropMode::ALL
            .map(DropMode::as_str)
            .into_iter()
            .chain([DELAY])
        {
            drop(self.faults.get_or_create(&KindLabels { kind }));
        }
        for side in [Side::Client, Side::Upstream].map(Side::as_str) {
            drop(self.cut.get_or_create(&SideLabels { side }));
        }
    }
}

const DELAY: &str = "delay";

/// Who broke an answer off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Upstream,
}

impl Side {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Upstream => "upstream",
        }
    }
}
