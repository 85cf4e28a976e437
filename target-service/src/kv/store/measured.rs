//! Any store, with the time of every call.

use std::{sync::Arc, time::Instant};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, histogram::Histogram},
    registry::Registry,
};

use super::Health;
use crate::kv::domain::{DatabaseId, EntryId, KeyId, Page, Reply, Sealed, Store};

/// Bounds in seconds: from a map in memory to the longest wait for a database.
const SECONDS: [f64; 14] = [
    0.000_01, 0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    call: &'static str,
}

/// The store inside. A call that is dropped before its answer is not measured.
pub struct MeasuredStore {
    inner: Arc<dyn Store>,
    health: Health,
    seconds: Seconds,
}

struct Seconds {
    put: Histogram,
    insert: Histogram,
    get: Histogram,
    delete: Histogram,
    page: Histogram,
    databases: Histogram,
    ping: Histogram,
}

impl MeasuredStore {
    /// Registers `kv_store_call_duration_seconds{call}` and [`Health`].
    pub fn new(inner: Arc<dyn Store>, registry: &mut Registry) -> Self {
        let family: Family<Labels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register(
            "kv_store_call_duration_seconds",
            "Time of calls to the store, failed ones included",
            family.clone(),
        );
        let health = Health::default();
        health.register(registry);
        let of = |call| family.get_or_create_owned(&Labels { call });
        Self {
            inner,
            health,
            seconds: Seconds {
                put: of("put"),
                insert: of("insert"),
                get: of("get"),
                delete: of("delete"),
                page: of("page"),
                databases: of("databases"),
                ping: of("ping"),
            },
        }
    }

    /// What the pings say.
    pub fn health(&self) -> &Health {
        &self.health
    }
}

/// Takes the call, not its reply: a store may do its work before it hands out the reply.
fn timed<'a, T: Send + 'a>(
    seconds: &'a Histogram,
    call: impl FnOnce() -> Reply<'a, T> + Send + 'a,
) -> Reply<'a, T> {
    Box::pin(async move {
        let begin = Instant::now();
        let done = call().await;
        seconds.observe(begin.elapsed().as_secs_f64());
        done
    })
}

impl Store for MeasuredStore {
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()> {
        timed(&self.seconds.put, move || self.inner.put(id, entry))
    }

    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool> {
        timed(&self.seconds.insert, move || self.inner.insert(id, entry))
    }

    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>> {
        timed(&self.seconds.get, move || self.inner.get(id))
    }

    fn delete(&self, id: EntryId) -> Reply<'_, bool> {
        timed(&self.seconds.delete, move || self.inner.delete(id))
    }

    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
        timed(&self.seconds.page, move || self.inner.page(database, page))
    }

    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
        timed(&self.seconds.databases, || self.inner.databases())
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async {
            let begin = Instant::now();
            let done = timed(&self.seconds.ping, || self.inner.ping()).await;
            self.health.note(begin, done.is_ok());
            done
        })
    }

    fn close(&self) -> Reply<'_, ()> {
        self.inner.close()
    }
}
