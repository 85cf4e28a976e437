//! A store that breaks once and for all: two defects found in systems like this one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    config::{Defect, Defects},
    kv::domain::{DatabaseId, EntryId, KeyId, Page, Reply, Sealed, Store, StoreError},
};

/// The store inside, until an event that a defect does not survive. A restart of the process mends it.
///
/// - [`Defect::WedgeOnDuplicate`]: after a duplicate insert every call fails but the ping, as in a session
///   whose failed transaction nobody rolls back.
/// - [`Defect::NoReconnect`]: after one failed call every call fails, as with one connection that is never
///   opened again.
pub struct FusedStore {
    inner: Arc<dyn Store>,
    wedges: bool,
    never_reconnects: bool,
    wedged: AtomicBool,
    lost: AtomicBool,
}

impl FusedStore {
    /// `inner` itself unless `defects` ask for one of the two.
    pub fn around(inner: Arc<dyn Store>, defects: &Defects) -> Arc<dyn Store> {
        if defects.has(Defect::WedgeOnDuplicate) || defects.has(Defect::NoReconnect) {
            Arc::new(Self::new(inner, defects))
        } else {
            inner
        }
    }

    fn new(inner: Arc<dyn Store>, defects: &Defects) -> Self {
        Self {
            inner,
            wedges: defects.has(Defect::WedgeOnDuplicate),
            never_reconnects: defects.has(Defect::NoReconnect),
            wedged: AtomicBool::new(false),
            lost: AtomicBool::new(false),
        }
    }

    /// `reply` unless broken.
    async fn unless_lost<T>(&self, reply: Reply<'_, T>) -> Result<T, StoreError> {
        if self.lost.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable(
                "the connection is lost and not opened again (defect no-reconnect)",
            ));
        }
        let done = reply.await;
        if self.never_reconnects && matches!(done, Err(StoreError::Unavailable(_))) {
            self.lost.store(true, Ordering::Relaxed);
        }
        done
    }

    fn asked<'a, T: Send + 'a>(&'a self, reply: Reply<'a, T>) -> Reply<'a, T> {
        Box::pin(async move {
            if self.wedged.load(Ordering::Relaxed) {
                return Err(StoreError::unavailable(
                    "the transaction of a duplicate was never rolled back (defect wedge-on-duplicate)",
                ));
            }
            self.unless_lost(reply).await
        })
    }
}

impl Store for FusedStore {
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()> {
        self.asked(self.inner.put(id, entry))
    }

    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool> {
        Box::pin(async move {
            let inserted = self.asked(self.inner.insert(id, entry)).await?;
            if self.wedges && !inserted {
                self.wedged.store(true, Ordering::Relaxed);
            }
            Ok(inserted)
        })
    }

    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>> {
        self.asked(self.inner.get(id))
    }

    fn delete(&self, id: EntryId) -> Reply<'_, bool> {
        self.asked(self.inner.delete(id))
    }

    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
        self.asked(self.inner.page(database, page))
    }

    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
        self.asked(self.inner.databases())
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(self.unless_lost(self.inner.ping()))
    }

    fn close(&self) -> Reply<'_, ()> {
        self.inner.close()
    }
}
