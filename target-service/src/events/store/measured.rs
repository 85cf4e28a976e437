//! Counting what a store was asked to keep, and what it kept.

use std::sync::Arc;

use crate::events::{
    domain::{DomainName, DomainStore, EventKind, Reply, StoreError, Tally, Totals},
    metrics::{EventMetrics, Op},
};

/// A store whose stored events and errors are counted.
pub struct MeasuredStore {
    store: Arc<dyn DomainStore>,
    metrics: EventMetrics,
}

impl MeasuredStore {
    /// Counts what `store` does in `metrics`.
    pub fn new(store: Arc<dyn DomainStore>, metrics: EventMetrics) -> Self {
        Self { store, metrics }
    }

    fn counted<'a, T: Send + 'a>(&'a self, op: Op, reply: Reply<'a, T>) -> Reply<'a, T> {
        Box::pin(async move {
            let answer = reply.await;
            if answer.is_err() {
                self.metrics.store_error(self.adapter(), op);
            }
            answer
        })
    }
}

impl DomainStore for MeasuredStore {
    fn adapter(&self) -> &'static str {
        self.store.adapter()
    }

    /// Goes on when the caller goes away: else an event could be stored and not counted.
    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()> {
        let (store, metrics) = (Arc::clone(&self.store), self.metrics.clone());
        let counted = async move {
            let stored = store.increment(domain, kind).await;
            match stored {
                Ok(()) => metrics.stored(kind),
                Err(_) => metrics.store_error(store.adapter(), Op::Increment),
            }
            stored
        };
        Box::pin(async { tokio::spawn(counted).await.map_err(StoreError::failed)? })
    }

    fn tally(&self, domain: DomainName) -> Reply<'_, Tally> {
        self.counted(Op::Read, self.store.tally(domain))
    }

    fn totals(&self) -> Reply<'_, Totals> {
        self.counted(Op::Stats, self.store.totals())
    }

    /// Not counted: nobody's event or answer is lost with it.
    fn ping(&self) -> Reply<'_, ()> {
        self.store.ping()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.store.close()
    }
}
