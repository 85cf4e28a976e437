//! Ctrl-C and SIGTERM: once stops cleanly, twice stops at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::console::Console;

/// Counts requests to stop. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    count: AtomicU8,
    changed: Notify,
}

impl Interrupt {
    /// Listens from now on; signals no longer end the process by themselves.
    pub(super) fn listen(console: &Console) -> std::io::Result<Self> {
        let interrupt = Self::default();
        let (mut int, mut term) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        let (listener, console) = (interrupt.clone(), console.clone());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = int.recv() => {}
                    _ = term.recv() => {}
                }
                if listener.shared.count.fetch_add(1, Ordering::SeqCst) == 0 {
                    console.say("stopping: no more load is sent, a partial report follows; again to stop at once");
                }
                listener.shared.changed.notify_waiters();
            }
        });
        Ok(interrupt)
    }

    /// Whether somebody asked to stop.
    pub(super) fn is_set(&self) -> bool {
        self.count() >= 1
    }

    /// Resolves at the first request.
    pub(super) async fn first(&self) {
        self.at_least(1).await;
    }

    /// Resolves at the second request.
    pub(super) async fn second(&self) {
        self.at_least(2).await;
    }

    fn count(&self) -> u8 {
        self.shared.count.load(Ordering::SeqCst)
    }

    async fn at_least(&self, wanted: u8) {
        loop {
            // Registered before the look, so that a signal in between is not missed.
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.count() >= wanted {
                return;
            }
            changed.await;
        }
    }
}
