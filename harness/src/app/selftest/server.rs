//! Servers whose behaviour is known exactly, each on a thread of its own.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// When a server answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    /// At once.
    Prompt,
    /// This long after it has read the request.
    After(Duration),
    /// At once, but what comes in `[from, until)`, counted from `start`, only at `until`.
    Stall {
        start: Instant,
        from: Duration,
        until: Duration,
    },
}

/// A server; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    arrivals: Arc<Mutex<Vec<Instant>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a port of its own on loopback.
    pub(super) fn start(manner: Manner) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("known-server".into())
            .spawn({
                let arrivals = Arc::clone(&arrivals);
                move || {
                    // Tasks of connections end with the runtime.
                    runtime.block_on(async {
                        tokio::select! {
                            () = accept(listener, manner, &arrivals) => {}
                            _ = stopped => {}
                        }
                    });
                }
            })?;
        Ok(Self {
            address,
            arrivals,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// When requests were read, in order.
    pub(super) fn arrivals(&self) -> Vec<Instant> {
        let mut arrivals = self
            .arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        arrivals.sort_unstable();
        arrivals
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: std::net::TcpListener,
    manner: Manner,
    arrivals: &Arc<Mutex<Vec<Instant>>>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(answer(stream, manner, Arc::clone(arrivals)));
    }
}

async fn answer(mut stream: TcpStream, manner: Manner, arrivals: Arc<Mutex<Vec<Instant>>>) {
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await {
            Ok(0) | Err(_) => return,
            Ok(length) => filled += length,
        }
        // Requests of the selftest have no body.
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            if filled == buffer.len() {
                return;
            }
            continue;
        }
        filled = 0;
        let read = Instant::now();
        arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(read);
        match manner {
            Manner::Prompt => {}
            Manner::After(hold) => tokio::time::sleep_until((read + hold).into()).await,
            Manner::Stall { start, from, until } => {
                let since = read.saturating_duration_since(start);
                if since >= from && since < until {
                    tokio::time::sleep_until((start + until).into()).await;
                }
            }
        }
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}
