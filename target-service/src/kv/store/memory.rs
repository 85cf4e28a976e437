//! Entries in the memory of the process, gone with it.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::kv::domain::{Key, ListLimit, Reply, Store, StoreError, Value};

/// An ordered map behind a lock that is never held across an await.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: RwLock<BTreeMap<Key, Value>>,
}

impl MemoryStore {
    // A single map operation leaves no half-done state behind, so a poisoned lock is still good.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Key, Value>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Key, Value>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn put(&self, key: Key, value: Value) -> Reply<'_, ()> {
        self.write().insert(key, value);
        answer(())
    }

    fn get(&self, key: Key) -> Reply<'_, Option<Value>> {
        answer(self.read().get(&key).cloned())
    }

    fn delete(&self, key: Key) -> Reply<'_, bool> {
        answer(self.write().remove(&key).is_some())
    }

    fn keys(&self, limit: ListLimit) -> Reply<'_, Vec<Key>> {
        let limit = usize::from(limit.get());
        answer(self.read().keys().take(limit).cloned().collect())
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
