//! Entries in the memory of the process, gone with it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::Bound,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::kv::domain::{DatabaseId, EntryId, KeyId, Page, Reply, Sealed, Store, StoreError};

/// An ordered map behind a lock that is never held across an await.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: RwLock<BTreeMap<EntryId, Sealed>>,
}

impl MemoryStore {
    // A single map operation leaves no half-done state behind, so a poisoned lock is still good.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<EntryId, Sealed>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<EntryId, Sealed>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()> {
        self.write().insert(id, entry);
        answer(())
    }

    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool> {
        let inserted = match self.write().entry(id) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(entry);
                true
            }
        };
        answer(inserted)
    }

    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>> {
        answer(self.read().get(&id).cloned())
    }

    fn delete(&self, id: EntryId) -> Reply<'_, bool> {
        answer(self.write().remove(&id).is_some())
    }

    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
        let place = |key| EntryId { database, key };
        let from = match page.after {
            Some(key) => Bound::Excluded(place(key)),
            None => Bound::Included(place(KeyId::new(""))),
        };
        let entries = self.read();
        let rest = entries.range((from, Bound::Unbounded));
        let own = rest.take_while(|(id, _)| id.database == database);
        let found = own.map(|(id, entry)| (id.key.clone(), entry.clone()));
        answer(found.take(page.limit.into()).collect())
    }

    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
        let mut counts = BTreeMap::new();
        for id in self.read().keys() {
            *counts.entry(id.database).or_default() += 1;
        }
        answer(counts.into_iter().collect())
    }

    fn ping(&self) -> Reply<'_, ()> {
        answer(())
    }

    fn close(&self) -> Reply<'_, ()> {
        answer(())
    }
}

fn answer<T: Send + 'static>(value: T) -> Reply<'static, T> {
    Box::pin(std::future::ready(Ok::<_, StoreError>(value)))
}
