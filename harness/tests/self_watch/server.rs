//! A server that misbehaves in one way. A thread for each connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// At once.
    Prompt,
    /// After so long.
    After(Duration),
    /// At once, and closes.
    Closing,
    /// Every fifth request not at all.
    MuteAtTimes,
    /// A body in chunks of one byte: cheap to send, dear to read.
    Crumbs,
}

/// It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, connections, stop) =
            <(Arc<AtomicU64>, Arc<AtomicU64>, Arc<AtomicBool>)>::default();
        let thread = std::thread::spawn({
            let (requests, connections, stop) =
                (requests.clone(), connections.clone(), stop.clone());
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    connections.fetch_add(1, Ordering::Relaxed);
                    let requests = Arc::clone(&requests);
                    // It ends with its connection.
                    std::thread::spawn(move || answer(stream, manner, &requests));
                }
            }
        });
        Self {
            address,
            requests,
            connections,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Requests read so far.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Connections accepted so far.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // So that it looks.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Requests have no body, and one connection carries one at a time.
fn answer(mut stream: TcpStream, manner: Manner, requests: &AtomicU64) {
    let _ = stream.set_nodelay(true);
    let crumbs = crumbs();
    let (mut buffer, mut filled) = ([0; 4096], 0);
    loop {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) | Err(_) => return,
            Ok(length) => filled += length,
        }
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        filled = 0;
        let number = requests.fetch_add(1, Ordering::Relaxed);
        let text = match manner {
            Manner::Crumbs => &crumbs,
            Manner::MuteAtTimes if number % 5 == 4 => continue,
            Manner::Closing => {
                &b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"[..]
            }
            Manner::After(hold) => {
                std::thread::sleep(hold);
                OK
            }
            Manner::Prompt | Manner::MuteAtTimes => OK,
        };
        if stream.write_all(text).is_err() || manner == Manner::Closing {
            return;
        }
    }
}

fn crumbs() -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunks = b"1\r\nx\r\n".repeat(8000);
    [&head[..], &chunks, b"0\r\n\r\n"].concat()
}
