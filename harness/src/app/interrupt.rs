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
    /// How many of those who want to finish are at work.
    held: AtomicU8,
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

    /// Resolves when everything is to be left as it is: at the second request, or, while somebody holds it, at the
    /// third.
    pub(super) async fn abandon(&self) {
        self.until(|shared| {
            let held = shared.held.load(Ordering::SeqCst) > 0;
            shared.count.load(Ordering::SeqCst) >= if held { 3 } else { 2 }
        })
        .await;
    }

    /// Asks for time to finish after the second request, until the guard is dropped: whoever writes the ledger ends
    /// soon, and its reader wants it whole.
    pub(super) fn hold(&self) -> Hold {
        self.shared.held.fetch_add(1, Ordering::SeqCst);
        Hold(self.clone())
    }

    fn count(&self) -> u8 {
        self.shared.count.load(Ordering::SeqCst)
    }

    async fn at_least(&self, wanted: u8) {
        self.until(|shared| shared.count.load(Ordering::SeqCst) >= wanted)
            .await;
    }

    async fn until(&self, reached: impl Fn(&Shared) -> bool) {
        loop {
            // Registered before the look, so that a signal in between is not missed.
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if reached(&self.shared) {
                return;
            }
            changed.await;
        }
    }
}

/// See [`Interrupt::hold`].
#[derive(Debug)]
pub(super) struct Hold(Interrupt);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.shared.held.fetch_sub(1, Ordering::SeqCst);
        self.0.shared.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_holds_it_gets_one_request_more() {
        let interrupt = Interrupt::default();
        let hold = interrupt.hold();
        let waiting = tokio::spawn({
            let interrupt = interrupt.clone();
            async move { interrupt.abandon().await }
        });
        interrupt.shared.count.store(2, Ordering::SeqCst);
        interrupt.shared.changed.notify_waiters();
        interrupt.second().await;
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(hold);
        waiting.await.unwrap();
    }
}
