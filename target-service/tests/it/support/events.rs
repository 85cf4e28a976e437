//! The `events` profile over any store, and stores that misbehave in one way each.

use std::sync::Arc;

use target_service::{
    events::{
        self,
        domain::{DomainName, DomainStore, EventKind, Reply, StoreError, Tally, Threshold, Totals},
        store::MemoryStore,
    },
    profile::ProfileName,
};
use tokio::sync::Semaphore;

use super::Target;

/// The profile with the usual threshold.
pub(crate) fn events_target(store: impl DomainStore) -> Target {
    Target::of(ProfileName::Events, events::CATALOGUE, |workshop| {
        events::profile(Arc::new(store), Threshold::default(), workshop)
    })
}

/// Fails every call with the same kind of error.
pub(crate) struct NoStore(pub(crate) fn(&'static str) -> StoreError);

impl NoStore {
    fn fail<T: Send + 'static>(&self) -> Reply<'static, T> {
        let error = self.0("disk on fire");
        Box::pin(async { Err(error) })
    }
}

impl DomainStore for NoStore {
    fn adapter(&self) -> &'static str {
        "memory"
    }

    fn increment(&self, _: DomainName, _: EventKind) -> Reply<'_, ()> {
        self.fail()
    }

    fn tally(&self, _: DomainName) -> Reply<'_, Tally> {
        self.fail()
    }

    fn totals(&self) -> Reply<'_, Totals> {
        self.fail()
    }

    fn ping(&self) -> Reply<'_, ()> {
        self.fail()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.fail()
    }
}

/// A working store whose increments wait until they are let through.
pub(crate) struct SlowStore {
    counts: MemoryStore,
    /// One permit lets one increment through.
    pub(crate) gate: Arc<Semaphore>,
    /// One permit for each increment that has come to the gate.
    pub(crate) arrived: Arc<Semaphore>,
}

impl Default for SlowStore {
    fn default() -> Self {
        Self {
            counts: MemoryStore::default(),
            gate: Arc::new(Semaphore::new(0)),
            arrived: Arc::new(Semaphore::new(0)),
        }
    }
}

impl DomainStore for SlowStore {
    fn adapter(&self) -> &'static str {
        "memory"
    }

    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()> {
        Box::pin(async move {
            self.arrived.add_permits(1);
            self.gate.acquire().await.expect("open").forget();
            self.counts.increment(domain, kind).await
        })
    }

    fn tally(&self, domain: DomainName) -> Reply<'_, Tally> {
        self.counts.tally(domain)
    }

    fn totals(&self) -> Reply<'_, Totals> {
        self.counts.totals()
    }

    fn ping(&self) -> Reply<'_, ()> {
        self.counts.ping()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.counts.close()
    }
}
