//! Opens plain connections.

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::net::{TcpStream, UnixStream};

use super::connection::Http1;
use crate::load::wire::Connect;
use crate::model::Outcome;

/// Opens TCP connections to the first of some addresses that answers.
#[derive(Debug, Clone)]
pub struct TcpConnect {
    addresses: Vec<SocketAddr>,
}

impl TcpConnect {
    /// To addresses that were resolved before: a name server is no part of what is measured.
    pub fn new(addresses: Vec<SocketAddr>) -> Self {
        Self { addresses }
    }

    pub(in crate::load::wire) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// A socket that sends what it is given at once.
    pub(in crate::load::wire) async fn socket(&self) -> Result<TcpStream, Outcome> {
        for address in &self.addresses {
            if let Ok(socket) = TcpStream::connect(address).await
                && socket.set_nodelay(true).is_ok()
            {
                return Ok(socket);
            }
        }
        Err(Outcome::ConnectFailed)
    }
}

impl Connect for TcpConnect {
    type Connection = Http1<TcpStream>;

    async fn connect(&self) -> Result<Self::Connection, Outcome> {
        self.socket().await.map(Http1::new)
    }
}

/// Opens connections to a Unix socket.
#[derive(Debug, Clone)]
pub struct UnixConnect {
    path: PathBuf,
}

impl UnixConnect {
    /// To the socket at a path.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(in crate::load::wire) async fn socket(&self) -> Result<UnixStream, Outcome> {
        let socket = UnixStream::connect(&self.path).await;
        socket.map_err(|_| Outcome::ConnectFailed)
    }
}

impl Connect for UnixConnect {
    type Connection = Http1<UnixStream>;

    async fn connect(&self) -> Result<Self::Connection, Outcome> {
        self.socket().await.map(Http1::new)
    }
}
