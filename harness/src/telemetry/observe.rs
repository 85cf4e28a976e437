//! Watches a ruler's alerts while the load runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::failure::ServerError;
use super::server::{Server, shown};
use super::standing::Standing;
use super::wire::alerts::{Instance, active};
use super::wire::envelope::{data, unknown};
use crate::model::{AlertLog, AlertState, Engine, Millis, Timestamp};

/// Tells the time; handed in, so that tests and replays can choose it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Longest wait for one poll. A ruler that is slower than this is counted as failed, not waited for.
const LIMIT: Duration = Duration::from_secs(2);

/// A running observer. Dropping it ends the watch and loses what it saw.
#[derive(Debug)]
pub struct AlertObserver {
    shared: Arc<Shared>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

struct Shared {
    clock: Clock,
    seen: Mutex<Seen>,
}

struct Seen {
    standing: Standing,
    last_error: Option<String>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    // A poisoned lock means that another thread panicked between two steps; each step leaves a valid state.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AlertObserver {
    /// Begins to poll at once, on the current tokio runtime. `base_url` is the ruler's. Fails only for a bad URL; a ruler
    /// that does not answer is part of what is observed.
    pub fn start(
        engine: Engine,
        base_url: &str,
        poll_interval: Millis,
        clock: Clock,
    ) -> Result<Self, ServerError> {
        let server = Server::with_limit(base_url, LIMIT)?;
        let standing = Standing::new(clock(), poll_interval);
        let shared = Arc::new(Shared {
            clock,
            seen: Mutex::new(Seen {
                standing,
                last_error: None,
            }),
        });
        let (stop, stopped) = oneshot::channel();
        let watching = watch(server, engine, poll_interval, Arc::clone(&shared));
        let task = tokio::spawn(async move {
            tokio::select! {
                () = watching => {}
                // A dropped sender is a stop as well.
                _ = stopped => {}
            }
        });
        Ok(Self { shared, stop, task })
    }

    /// The worst state of each alert seen so far, by name; an alert that was never active is not listed.
    pub fn snapshot(&self) -> Vec<(String, AlertState)> {
        self.shared.seen().standing.by_name()
    }

    /// Why the last failed poll failed.
    pub fn last_error(&self) -> Option<String> {
        self.shared.seen().last_error.clone()
    }

    /// Ends the watch. A poll under way is dropped and not counted.
    pub async fn stop(self) -> AlertLog {
        // The task may already be gone, by a panic; what it saw until then is still there.
        let _ = self.stop.send(());
        let _ = self.task.await;
        let stopped = (self.shared.clock)();
        let mut seen = self.shared.seen();
        let empty = Standing::new(stopped, Millis(0));
        std::mem::replace(&mut seen.standing, empty).finish(stopped)
    }
}

async fn watch(server: Server, engine: Engine, every: Millis, shared: Arc<Shared>) {
    let path = match engine {
        Engine::Prometheus => "api/v1/alerts",
        Engine::Loki => "prometheus/api/v1/alerts",
    };
    let mut tick = tokio::time::interval(Duration::from(every).max(Duration::from_millis(1)));
    // After a slow poll the next one keeps its distance: no burst against a server that is in trouble.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let polled = poll(&server, path).await;
        let at = (shared.clock)();
        let mut seen = shared.seen();
        match polled {
            Ok(active) => seen.standing.answered(at, active),
            Err(error) => {
                seen.standing.failed();
                seen.last_error = Some(error.in_words());
            }
        }
    }
}

async fn poll(server: &Server, path: &str) -> Result<Vec<(Instance, AlertState)>, ServerError> {
    let url = server.url(path, &[]);
    let asked = shown(&url);
    let body = server.get_once(&url).await?;
    active(data(&asked, &body)?).map_err(|e| unknown(&asked, e))
}
