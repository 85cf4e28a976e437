//! Counts in the memory of the process, gone with it.

use std::{
    collections::HashMap,
    future::ready,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::Overwrite;
use crate::events::domain::{DomainName, DomainStore, EventKind, Reply, StoreError, Tally, Totals};

/// A map behind a lock that is never held across an await.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tallies: RwLock<HashMap<DomainName, Tally>>,
}

impl MemoryStore {
    // A single map operation leaves no half-done state behind, so a poisoned lock is still good.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<DomainName, Tally>> {
        self.tallies.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<DomainName, Tally>> {
        self.tallies.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DomainStore for MemoryStore {
    fn adapter(&self) -> &'static str {
        "memory"
    }

    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()> {
        *self.write().entry(domain).or_default() += Tally::one(kind);
        answer(())
    }

    fn tally(&self, domain: DomainName) -> Reply<'_, Tally> {
        answer(self.read().get(&domain).copied().unwrap_or_default())
    }

    fn totals(&self) -> Reply<'_, Totals> {
        let tallies = self.read();
        let mut totals = Totals {
            domains: tallies.len() as u64,
            events: Tally::default(),
        };
        for tally in tallies.values() {
            totals.events += *tally;
        }
        answer(totals)
    }

    fn ping(&self) -> Reply<'_, ()> {
        answer(())
    }

    fn close(&self) -> Reply<'_, ()> {
        answer(())
    }
}

impl Overwrite for MemoryStore {
    fn overwrite(&self, domain: DomainName, tally: Tally) -> Reply<'_, ()> {
        self.write().insert(domain, tally);
        answer(())
    }
}

fn answer<T: Send + 'static>(value: T) -> Reply<'static, T> {
    Box::pin(ready(Ok::<_, StoreError>(value)))
}
