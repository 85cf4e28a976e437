//! Stores that misbehave in one way each.

use std::sync::Arc;

use target_service::kv::{
    domain::{DatabaseId, EntryId, KeyId, Page, Reply, Sealed, Store, StoreError},
    store::MemoryStore,
};
use tokio::sync::Semaphore;

/// Fails every call.
pub(crate) struct BrokenStore;

/// Never answers.
pub(crate) struct StuckStore;

/// A working store whose reads wait until they are let through.
#[derive(Default)]
pub(crate) struct GatedStore {
    entries: MemoryStore,
    gate: Gate,
}

/// Both ends of the wait; clones share it.
#[derive(Clone)]
pub(crate) struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self {
            arrived: closed(),
            open: closed(),
        }
    }
}

impl Gate {
    /// Waits until a read has come to the gate.
    pub(crate) async fn arrived(&self) {
        self.arrived.acquire().await.expect("open").forget();
    }

    /// Lets one read through.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }

    async fn pass(&self) {
        self.arrived.add_permits(1);
        self.open.acquire().await.expect("open").forget();
    }
}

impl GatedStore {
    pub(crate) fn gate(&self) -> Gate {
        self.gate.clone()
    }
}

fn fail<T: Send + 'static>() -> Reply<'static, T> {
    Box::pin(async { Err(StoreError::unavailable("disk on fire")) })
}

fn hang<T: Send + 'static>() -> Reply<'static, T> {
    Box::pin(std::future::pending())
}

macro_rules! same_for_every_call {
    ($store:ty, $reply:expr) => {
        impl Store for $store {
            fn put(&self, _: EntryId, _: Sealed) -> Reply<'_, ()> {
                $reply()
            }
            fn insert(&self, _: EntryId, _: Sealed) -> Reply<'_, bool> {
                $reply()
            }
            fn get(&self, _: EntryId) -> Reply<'_, Option<Sealed>> {
                $reply()
            }
            fn delete(&self, _: EntryId) -> Reply<'_, bool> {
                $reply()
            }
            fn page(&self, _: DatabaseId, _: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
                $reply()
            }
            fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
                $reply()
            }
            fn ping(&self) -> Reply<'_, ()> {
                $reply()
            }
            fn close(&self) -> Reply<'_, ()> {
                $reply()
            }
        }
    };
}

same_for_every_call!(BrokenStore, fail);
same_for_every_call!(StuckStore, hang);

impl Store for GatedStore {
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()> {
        self.entries.put(id, entry)
    }

    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool> {
        self.entries.insert(id, entry)
    }

    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>> {
        Box::pin(async move {
            self.gate.pass().await;
            self.entries.get(id).await
        })
    }

    fn delete(&self, id: EntryId) -> Reply<'_, bool> {
        self.entries.delete(id)
    }

    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
        self.entries.page(database, page)
    }

    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
        self.entries.databases()
    }

    fn ping(&self) -> Reply<'_, ()> {
        self.entries.ping()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.entries.close()
    }
}
