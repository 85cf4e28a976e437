//! A server that answers, stalls, dies, resets and closes as it is told to.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a server treats requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Answers at once.
    Prompt,
    /// Answers with a body of more than is read from one socket at once.
    Big,
    /// Never answers.
    Mute,
    /// Holds every answer back until this long after its start.
    StalledUntil(Duration),
    /// Closes the connection after reading a request.
    Closing,
    /// Resets the connection after reading a request.
    Resetting,
    /// Sends half an answer, then closes its writing side.
    HalfClosing,
    /// Answers and then closes, without a word in the answer.
    LeavingAfterEach,
    /// Answers until this long after its start, then is gone: no listener, no connections.
    KilledAfter(Duration),
}

/// A server on a port of its own; gone when dropped.
pub(super) struct Server {
    pub(super) url: String,
    task: JoinHandle<()>,
    _runtime: tokio::runtime::Runtime,
}

/// Length of a big body.
pub(super) const BIG: usize = 600_000;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

impl Server {
    pub(super) fn start(manner: Manner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let began = Instant::now();
        let task = runtime.spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let life = match manner {
                    Manner::KilledAfter(life) => life,
                    _ => Duration::from_hours(1),
                };
                tokio::select! {
                    accepted = listener.accept() => {
                        connections.spawn(answer(accepted.unwrap().0, manner, began));
                    }
                    // Dropping the set and the listener ends every connection.
                    () = tokio::time::sleep_until((began + life).into()) => return,
                }
            }
        });
        Self {
            url,
            task,
            _runtime: runtime,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, manner: Manner, began: Instant) {
    let mut buffer = vec![0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        match manner {
            Manner::Prompt | Manner::KilledAfter(_) => {}
            Manner::Big => {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {BIG}\r\n\r\n");
                let whole = [head.as_bytes(), &vec![b'x'; BIG]].concat();
                if stream.write_all(&whole).await.is_err() {
                    return;
                }
                continue;
            }
            Manner::Mute => continue,
            Manner::StalledUntil(end) => tokio::time::sleep_until((began + end).into()).await,
            Manner::Closing => return,
            Manner::Resetting => {
                let _ = stream.set_zero_linger();
                return;
            }
            Manner::HalfClosing => {
                let _ = stream.write_all(&ANSWER[..30]).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut buffer).await;
                return;
            }
            Manner::LeavingAfterEach => {
                let _ = stream.write_all(ANSWER).await;
                return;
            }
        }
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}
