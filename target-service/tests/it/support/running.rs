//! A target behind a real port, and a client that sees the bytes.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use target_service::server::{Ended, Limits, Listening, ServeError, Server};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use super::Target;

/// Longer than anything that a healthy test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) ended: JoinHandle<Result<Ended, ServeError>>,
}

impl Running {
    /// Serves `target` until told to stop or dropped.
    pub(crate) async fn start(target: &Target, drain_limit: Duration, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let server = Server {
            ports: vec![Listening {
                listener,
                routes: target.app.clone(),
                connections: target.connections.clone(),
            }],
            limits,
            tasks: target
                .task
                .lock()
                .expect("task")
                .take()
                .into_iter()
                .collect(),
            drain: target.drain.clone(),
            drain_limit,
            metrics: vec![Arc::clone(&target.telemetry.metrics)],
        };
        let ended = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self {
            address,
            stop: Some(stop),
            ended,
        }
    }

    /// With all defaults.
    pub(crate) async fn of(target: &Target) -> Self {
        Self::start(target, Duration::from_mins(1), Limits::default()).await
    }

    pub(crate) fn stop(&mut self) {
        let stop = self.stop.take().expect("told once");
        stop.send(()).expect("running");
    }

    pub(crate) async fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.address).await;
        Client {
            stream: stream.expect("a connection"),
            received: Vec::new(),
        }
    }
}

impl Running {
    /// One request over a connection of its own, read to the end of the connection.
    pub(crate) async fn exchange(&self, method: &str, path: &str) -> (String, io::Result<()>) {
        let mut client = self.connect().await;
        client.request(method, path).await;
        let end = client.read_to_end().await;
        (client.text(), end)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ended.abort();
    }
}

/// One connection.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub(crate) async fn write(&mut self, text: &str) {
        let written = self.stream.write_all(text.as_bytes()).await;
        written.expect("a connection");
    }

    /// Without a body; the connection stays.
    pub(crate) async fn request(&mut self, method: &str, path: &str) {
        self.write(&format!("{method} {path} HTTP/1.1\r\nhost: target\r\n\r\n"))
            .await;
    }

    /// Reads until the connection ends: `Ok` at its orderly end, `Err` when it breaks.
    pub(crate) async fn read_to_end(&mut self) -> io::Result<()> {
        let read = timeout(PATIENCE, self.stream.read_to_end(&mut self.received)).await;
        read.expect("the connection did not end").map(|_bytes| ())
    }

    /// Reads until everything so far ends with `end`.
    pub(crate) async fn read_until(&mut self, end: &str) -> io::Result<()> {
        let read = async {
            while !self.received.ends_with(end.as_bytes()) {
                if self.stream.read_buf(&mut self.received).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Ok(())
        };
        let read = timeout(PATIENCE, read).await;
        read.unwrap_or_else(|_elapsed| panic!("no {end:?} in {:?}", self.text()))
    }

    /// Whether something more comes within a moment. Only for "nothing comes", which no wait can prove.
    pub(crate) async fn is_silent(&mut self) -> bool {
        let moment = Duration::from_millis(200);
        timeout(moment, self.stream.read_buf(&mut self.received))
            .await
            .is_err()
    }

    /// Everything received so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.received.clone()).expect("UTF-8")
    }

    /// Forgets what was received so far.
    pub(crate) fn forget(&mut self) {
        self.received.clear();
    }
}
