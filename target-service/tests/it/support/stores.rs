//! Stores that misbehave in one way each.

use std::sync::Arc;

use target_service::kv::{
    domain::{Key, ListLimit, Reply, Store, StoreError, Value},
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
    Box::pin(async { Err(StoreError::new("disk on fire")) })
}

fn hang<T: Send + 'static>() -> Reply<'static, T> {
    Box::pin(std::future::pending())
}

macro_rules! same_for_every_call {
    ($store:ty, $reply:expr) => {
        impl Store for $store {
            fn put(&self, _: Key, _: Value) -> Reply<'_, ()> {
                $reply()
            }
            fn get(&self, _: Key) -> Reply<'_, Option<Value>> {
                $reply()
            }
            fn delete(&self, _: Key) -> Reply<'_, bool> {
                $reply()
            }
            fn keys(&self, _: ListLimit) -> Reply<'_, Vec<Key>> {
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
    fn put(&self, key: Key, value: Value) -> Reply<'_, ()> {
        self.entries.put(key, value)
    }

    fn get(&self, key: Key) -> Reply<'_, Option<Value>> {
        Box::pin(async move {
            self.gate.pass().await;
            self.entries.get(key).await
        })
    }

    fn delete(&self, key: Key) -> Reply<'_, bool> {
        self.entries.delete(key)
    }

    fn keys(&self, limit: ListLimit) -> Reply<'_, Vec<Key>> {
        self.entries.keys(limit)
    }

    fn ping(&self) -> Reply<'_, ()> {
        self.entries.ping()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.entries.close()
    }
}
