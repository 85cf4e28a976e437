//! A webhook sink: the place where a page would have gone.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::observe::Clock;
use super::webhook;
use crate::model::Notification;

/// Largest delivery that is read; a payload of ten thousand alerts is far below.
const LARGEST: usize = 64 * 1024 * 1024;
/// How long open connections may linger after the stop; Alertmanager keeps its own alive.
const LINGER: Duration = Duration::from_millis(500);

/// The receiver could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for webhooks on {addr}, choose a free address such as 127.0.0.1:0")]
pub struct ReceiverError {
    /// As given.
    pub addr: String,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// A listening receiver. It takes a POST on any path, one notification for each alert in it; duplicates are kept.
#[derive(Debug)]
pub struct Receiver {
    addr: SocketAddr,
    inbox: Arc<Inbox>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

struct Inbox {
    clock: Clock,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    notifications: Vec<Notification>,
    malformed: u64,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kept().fmt(f)
    }
}

impl Inbox {
    // Nothing is done under the lock that could leave a delivery half kept.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiver {
    /// Listens on `host:port`; port 0 picks a free one.
    pub async fn bind(addr: &str, clock: Clock) -> Result<Self, ReceiverError> {
        let failed = |source| ReceiverError {
            addr: addr.to_owned(),
            source,
        };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let inbox = Arc::new(Inbox {
            clock,
            kept: Mutex::default(),
        });
        let router = Router::new()
            .route("/", post(deliver))
            .route("/{*path}", post(deliver))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(Arc::clone(&inbox));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let task = tokio::spawn(async move {
            // Accept errors are retried inside; the future ends with the shutdown and never fails.
            let _ = serving.await;
        });
        Ok(Self {
            addr,
            inbox,
            stop,
            task,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Notifications received so far.
    pub fn count(&self) -> usize {
        self.inbox.kept().notifications.len()
    }

    /// Deliveries that could not be read; they were answered with 400.
    pub fn malformed(&self) -> u64 {
        self.inbox.kept().malformed
    }

    /// What was received so far, in order of arrival.
    pub fn notifications(&self) -> Vec<Notification> {
        self.inbox.kept().notifications.clone()
    }

    /// Stops listening, lets deliveries under way finish for half a second, and hands everything over.
    pub async fn stop(mut self) -> Vec<Notification> {
        let _ = self.stop.send(());
        if tokio::time::timeout(LINGER, &mut self.task).await.is_err() {
            self.task.abort();
        }
        std::mem::take(&mut self.inbox.kept().notifications)
    }
}

async fn deliver(State(inbox): State<Arc<Inbox>>, body: Bytes) -> (StatusCode, String) {
    // Before parsing: the time of arrival, not of reading.
    let at = (inbox.clock)();
    match webhook::notifications(&body, at) {
        Ok(new) => {
            inbox.kept().notifications.extend(new);
            (StatusCode::OK, String::new())
        }
        Err(error) => {
            inbox.kept().malformed += 1;
            (StatusCode::BAD_REQUEST, format!("{error}\n"))
        }
    }
}
