//! How many connections there are and may be.

use std::sync::Arc;

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use tokio::sync::watch;

/// The connections of one listener. Clones share them.
#[derive(Debug, Clone)]
pub struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    usage: watch::Sender<Usage>,
    taken: Gauge,
    limited: Counter,
    accept_errors: Counter,
}

#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    open: usize,
    /// Taken by a fault.
    held: usize,
}

/// One open connection, counted until dropped.
#[derive(Debug)]
pub(super) struct Open(Connections);

impl Connections {
    /// At most `limit` at a time, not measured.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Shared {
            limit,
            usage: watch::Sender::default(),
            taken: Gauge::default(),
            limited: Counter::default(),
            accept_errors: Counter::default(),
        }))
    }

    /// Shows them in `registry`. Names go without `_total`: the encoder adds it to counters.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "http_connections_active",
            "Connections that are open or held",
            self.0.taken.clone(),
        );
        registry.register(
            "http_connections_limited",
            "Times that no connection was accepted because the limit was reached",
            self.0.limited.clone(),
        );
        registry.register(
            "http_accept_errors",
            "Connections that could not be accepted, for want of file descriptors or the like",
            self.0.accept_errors.clone(),
        );
    }

    /// Takes `held` connections away from clients, in the place of what was held before; never more than
    /// there may be.
    pub fn hold(&self, held: usize) {
        let held = held.min(self.0.limit);
        self.change(|usage| usage.held = held);
    }

    /// Waits until one more may be accepted.
    pub(super) async fn room(&self) {
        if self.is_full(*self.0.usage.borrow()) {
            self.0.limited.inc();
            self.wait_for(|usage| !self.is_full(usage)).await;
        }
    }

    /// Waits until no more may be accepted.
    pub(super) async fn full(&self) {
        self.wait_for(|usage| self.is_full(usage)).await;
    }

    pub(super) fn open(&self) -> Open {
        self.change(|usage| usage.open += 1);
        Open(self.clone())
    }

    pub(super) fn count_accept_error(&self) {
        self.0.accept_errors.inc();
    }

    fn is_full(&self, usage: Usage) -> bool {
        usage.open + usage.held >= self.0.limit
    }

    async fn wait_for(&self, condition: impl Fn(Usage) -> bool) {
        let mut usage = self.0.usage.subscribe();
        // Fails only without a sender, and `self` is one.
        let _ = usage.wait_for(|usage| condition(*usage)).await;
    }

    fn change(&self, change: impl FnOnce(&mut Usage)) {
        self.0.usage.send_modify(|usage| {
            change(usage);
            self.0.taken.set((usage.open + usage.held) as i64);
        });
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.change(|usage| usage.open -= 1);
    }
}
