//! A server of bad manners, on a port of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::program::LIMIT;

/// How it treats requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers at once.
    Prompt,
    /// Answers up to this many, then none until it is released.
    StallingAfter(u64),
    /// Resets the connection of every tenth request.
    Resetting,
    /// Sends half an answer, then closes its writing side.
    HalfClosing,
    /// Is gone after so many: no listener, no connections.
    KilledAfter(u64),
}

/// Gone when dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<AtomicU64>,
    release: watch::Sender<bool>,
    _runtime: Runtime,
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: 7\r\ncontent-length: 12\r\n\r\n{\"id\":\"id7\"}";

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(AtomicU64::new(0));
        let (release, released) = watch::channel(false);
        let counter = Arc::clone(&seen);
        runtime.spawn(async move {
            let mut connections = JoinSet::new();
            let (kill, mut killed) = watch::channel(false);
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { continue };
                        let seen = Arc::clone(&counter);
                        connections.spawn(answer(stream, manner, seen, released.clone(), kill.clone()));
                    }
                    // Dropping the listener and the set ends every connection.
                    _ = killed.changed() => return,
                }
            }
        });
        Self {
            url,
            seen,
            release,
            _runtime: runtime,
        }
    }

    /// Requests read so far.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    /// Waits until so many requests were read.
    pub(crate) fn await_seen(&self, requests: u64) {
        let end = Instant::now() + LIMIT;
        while self.seen() < requests {
            assert!(Instant::now() < end, "only {} requests came", self.seen());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Answers what was stalled.
    pub(crate) fn release(&self) {
        self.release.send_replace(true);
    }
}

async fn answer(
    mut stream: TcpStream,
    manner: Manner,
    seen: Arc<AtomicU64>,
    mut released: watch::Receiver<bool>,
    kill: watch::Sender<bool>,
) {
    // The requests of these tests fit into one segment and have no body.
    let mut buffer = vec![0; 4096];
    while let Ok(1..) = stream.read(&mut buffer).await {
        let count = seen.fetch_add(1, Ordering::SeqCst) + 1;
        match manner {
            Manner::StallingAfter(prompt) if count > prompt => {
                // It ends with the server itself.
                let _ = released.wait_for(|released| *released).await;
            }
            Manner::Resetting if count.is_multiple_of(10) => {
                let _ = stream.set_zero_linger();
                return;
            }
            Manner::HalfClosing => {
                let _ = stream.write_all(&ANSWER[..30]).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut buffer).await;
                return;
            }
            Manner::KilledAfter(life) if count > life => {
                kill.send_replace(true);
                return;
            }
            _ => {}
        }
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}
