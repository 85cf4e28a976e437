//! Whether the store answers, and how often it came back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use tokio::time::{sleep, timeout};

use crate::{drain::Drain, kv::domain::Store};

/// Pause between two pings. With [`LIMIT`]: the gauge follows within two seconds, as readiness does.
const PAUSE: Duration = Duration::from_millis(500);
/// As long as readiness waits.
const LIMIT: Duration = Duration::from_secs(1);

/// What the last ping said; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health {
    up: Gauge,
    reconnects: Counter,
    /// When the last ping began, and whether it was answered; `None` before the first.
    last: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Health {
    /// Shows it in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("kv_store_up", "1 while the store answers", self.up.clone());
        registry.register(
            "kv_store_reconnects",
            "Times the store answered again after it had not",
            self.reconnects.clone(),
        );
    }

    /// What came of the ping that began at `begin`.
    pub(super) fn note(&self, begin: Instant, up: bool) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match *last {
            // Overtaken: a later ping has said more recent news.
            Some((later, _)) if later > begin => return,
            Some((_, false)) if up => drop(self.reconnects.inc()),
            _ => {}
        }
        *last = Some((begin, up));
        self.up.set(i64::from(up));
    }

    /// Pings the store, whose pings note themselves, until the drain begins.
    pub async fn watch(self, store: Arc<dyn Store>, drain: Drain) {
        let ask = async {
            loop {
                let begin = Instant::now();
                if timeout(LIMIT, store.ping()).await.is_err() {
                    self.note(begin, false);
                }
                sleep(PAUSE).await;
            }
        };
        tokio::select! {
            () = ask => {}
            () = drain.begun() => {}
        }
    }
}
