//! Counts what was asked of the entries, and how it went.

use std::sync::Arc;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Write, whether or not an existing entry may be replaced.
    Set,
    /// Read.
    Get,
    /// Remove.
    Delete,
    /// Keys or databases.
    List,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Ok,
    /// There is no such entry.
    NotFound,
    /// There is such an entry already.
    Conflict,
    /// The client asked for something that makes no sense; the store was not asked.
    Invalid,
    /// The store failed; whether a write happened is unknown.
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    op: &'static str,
    result: &'static str,
}

/// `kv_operations_total{op,result}`; clones share the counts.
#[derive(Debug, Clone)]
pub struct Operations {
    family: Family<Labels, Counter>,
    /// The counters of the family, so that counting looks nothing up.
    counters: Arc<[[Counter; Outcome::ALL.len()]; Operation::ALL.len()]>,
}

impl Operation {
    /// In the order of their declaration.
    const ALL: [Self; 4] = [Self::Set, Self::Get, Self::Delete, Self::List];

    /// As in labels and log lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Get => "get",
            Self::Delete => "delete",
            Self::List => "list",
        }
    }
}

impl Outcome {
    /// In the order of their declaration.
    const ALL: [Self; 5] = [
        Self::Ok,
        Self::NotFound,
        Self::Conflict,
        Self::Invalid,
        Self::Error,
    ];

    /// As in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::Error => "error",
        }
    }
}

impl Default for Operations {
    /// All series at 0.
    fn default() -> Self {
        let family: Family<Labels, Counter> = Family::default();
        let counters = Operation::ALL.map(|operation| {
            Outcome::ALL.map(|outcome| family.get_or_create_owned(&labels(operation, outcome)))
        });
        Self {
            family,
            counters: Arc::new(counters),
        }
    }
}

impl Operations {
    /// Shows the counts in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "kv_operations",
            "Operations on entries, by outcome",
            self.family.clone(),
        );
    }

    /// One more.
    pub fn count(&self, operation: Operation, outcome: Outcome) {
        self.counters[operation as usize][outcome as usize].inc();
    }
}

fn labels(operation: Operation, outcome: Outcome) -> Labels {
    Labels {
        op: operation.as_str(),
        result: outcome.as_str(),
    }
}
