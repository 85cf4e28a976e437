//! The port to whatever keeps the counts.

use std::{error::Error, future::Future, pin::Pin};

use super::{DomainName, EventKind, Tally, Totals};

/// The answer of a store, on its way.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Counts of events by domain, shared by all requests.
pub trait DomainStore: Send + Sync + 'static {
    /// `memory`, `sqlite` or `postgres`: a label.
    fn adapter(&self) -> &'static str;

    /// Counts one event. Atomic: of events that come at the same time none is lost, the first one of a
    /// domain included. An answer means that every later read sees it.
    ///
    /// After an error the event may have been counted or not: the connection can break between the two.
    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()>;

    /// The counts of one domain; of one never seen, zeros.
    fn tally(&self, domain: DomainName) -> Reply<'_, Tally>;

    /// The sums over all domains. Reads every one of them.
    fn totals(&self) -> Reply<'_, Totals>;

    /// A round trip that would fail if a read would.
    fn ping(&self) -> Reply<'_, ()>;

    /// Finishes what is under way; every call afterwards may fail.
    fn close(&self) -> Reply<'_, ()>;
}

/// A store has no answer. Carries the adapter's own error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be asked now: gone, starting, locked or out of connections.
    #[error("store unavailable")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// It was asked and failed.
    #[error("store failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Asking again later may help.
    pub fn unreachable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreachable(source.into())
    }

    /// Asking again will not help.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}
