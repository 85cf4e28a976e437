//! A server that plays a script after each request it has read.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// What the server does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes one by one.
    Drip(Vec<u8>),
    /// Lets some time pass.
    Pause(Duration),
    /// Closes in peace.
    Close,
    /// Closes with a reset.
    Reset,
    /// Neither answers nor closes.
    Hold,
}

/// A running server; ends when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: AbortHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a server that plays the acts after each request of each connection.
pub(crate) async fn serve(acts: Vec<Act>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let acts = acts.clone();
            connections.spawn(async move {
                let mut stream = stream;
                while read_request(&mut stream).await && play(&mut stream, &acts).await {}
            });
        }
    });
    Server {
        address,
        task: task.abort_handle(),
    }
}

/// Reads to the end of a head; `false` at the end of the stream. The requests of these tests have no body.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    true
}

/// Whether the connection goes on.
async fn play(stream: &mut TcpStream, acts: &[Act]) -> bool {
    for act in acts {
        match act {
            Act::Send(bytes) => send(stream, bytes).await,
            Act::Drip(bytes) => {
                for byte in bytes {
                    send(stream, &[*byte]).await;
                    tokio::task::yield_now().await;
                }
            }
            Act::Pause(time) => tokio::time::sleep(*time).await,
            Act::Close => return false,
            Act::Reset => {
                stream.set_zero_linger().unwrap();
                return false;
            }
            Act::Hold => std::future::pending().await,
        }
    }
    true
}

/// The client may be gone already: that is its right.
pub(crate) async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) {
    let _ = stream.write_all(bytes).await;
}
