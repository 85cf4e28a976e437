//! The profile's own metrics, every label set at 0 from the start.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use super::domain::{EventKind, Verdict};

/// What a store was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// To count an event.
    Increment,
    /// For the counts of a domain.
    Read,
    /// For the sums over all domains.
    Stats,
}

impl Op {
    const ALL: [Self; 3] = [Self::Increment, Self::Read, Self::Stats];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Increment => "increment",
            Self::Read => "read",
            Self::Stats => "stats",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TypeLabels {
    r#type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    adapter: &'static str,
    op: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    result: &'static str,
}

/// Handles to the metrics; clones share them.
#[derive(Debug, Clone, Default)]
pub struct EventMetrics {
    received: Family<TypeLabels, Counter>,
    stored: Family<TypeLabels, Counter>,
    errors: Family<ErrorLabels, Counter>,
    reads: Family<ResultLabels, Counter>,
}

impl EventMetrics {
    /// Registers everything and makes every label set. `adapter` is that of the store in use.
    pub fn registered(registry: &mut Registry, adapter: &'static str) -> Self {
        let metrics = Self::default();
        for kind in EventKind::ALL {
            drop(metrics.received.get_or_create(&type_labels(kind)));
            drop(metrics.stored.get_or_create(&type_labels(kind)));
        }
        for op in Op::ALL {
            drop(metrics.errors.get_or_create(&error_labels(adapter, op)));
        }
        for verdict in Verdict::ALL.map(Some).into_iter().chain([None]) {
            drop(metrics.reads.get_or_create(&result_labels(verdict)));
        }
        // Names go without `_total`: the encoder adds it to counters.
        registry.register(
            "events_received",
            "Valid events that came in, stored or not",
            metrics.received.clone(),
        );
        registry.register(
            "events_stored",
            "Events that the store has acknowledged",
            metrics.stored.clone(),
        );
        registry.register(
            "event_store_errors",
            "Calls that the store did not answer",
            metrics.errors.clone(),
        );
        registry.register(
            "domain_reads",
            "Valid reads of a domain, by verdict",
            metrics.reads.clone(),
        );
        metrics
    }

    /// A valid event came in.
    pub fn received(&self, kind: EventKind) {
        self.received.get_or_create(&type_labels(kind)).inc();
    }

    /// The store has acknowledged it.
    pub fn stored(&self, kind: EventKind) {
        self.stored.get_or_create(&type_labels(kind)).inc();
    }

    /// The store did not answer.
    pub fn store_error(&self, adapter: &'static str, op: Op) {
        self.errors.get_or_create(&error_labels(adapter, op)).inc();
    }

    /// A domain was asked for; `None`: without success.
    pub fn read(&self, verdict: Option<Verdict>) {
        self.reads.get_or_create(&result_labels(verdict)).inc();
    }
}

fn type_labels(kind: EventKind) -> TypeLabels {
    TypeLabels {
        r#type: kind.as_str(),
    }
}

fn error_labels(adapter: &'static str, op: Op) -> ErrorLabels {
    ErrorLabels {
        adapter,
        op: op.as_str(),
    }
}

fn result_labels(verdict: Option<Verdict>) -> ResultLabels {
    ResultLabels {
        result: match verdict {
            Some(Verdict::CatchAll) => "catch_all",
            Some(Verdict::NotCatchAll) => "not_catch_all",
            Some(Verdict::Unknown) => "unknown",
            None => "error",
        },
    }
}
