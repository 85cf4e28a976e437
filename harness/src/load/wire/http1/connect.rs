//! Opens plain connections.

use std::io;
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
        self.open().await.map_err(|_| Outcome::ConnectFailed)
    }

    /// The same, with the last address's reason where none answers.
    pub(in crate::load::wire) async fn open(&self) -> io::Result<TcpStream> {
        let mut why = io::ErrorKind::AddrNotAvailable.into();
        for address in &self.addresses {
            let opened = TcpStream::connect(address).await;
            match opened.and_then(|socket| socket.set_nodelay(true).map(|()| socket)) {
                Ok(socket) => {
                    if address.ip().is_loopback() {
                        unpaced(&socket);
                    }
                    return Ok(socket);
                }
                Err(error) => why = error,
            }
        }
        Err(why)
    }
}

/// On a loopback nothing can be congested, but where the system's congestion control is BBR, as it often is, the kernel
/// paces what is sent: a request would leave when the model of a network says so. Reno does not, and every Linux has
/// it. To other machines the system's own choice stands: that is what its users have.
#[cfg(target_os = "linux")]
fn unpaced(socket: &TcpStream) {
    // A refusal costs a little time in the kernel, and nothing else.
    let _ = rustix::net::sockopt::set_tcp_congestion(socket, "reno");
}

#[cfg(not(target_os = "linux"))]
fn unpaced(_socket: &TcpStream) {}

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
        self.open().await.map_err(|_| Outcome::ConnectFailed)
    }

    /// The same, with the reason.
    pub(in crate::load::wire) async fn open(&self) -> io::Result<UnixStream> {
        UnixStream::connect(&self.path).await
    }
}

impl Connect for UnixConnect {
    type Connection = Http1<UnixStream>;

    async fn connect(&self) -> Result<Self::Connection, Outcome> {
        self.socket().await.map(Http1::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn a_connection_within_the_machine_is_neither_delayed_nor_paced() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = TcpConnect::new(vec![listener.local_addr().unwrap()]);
        let socket = connect.open().await.unwrap();
        assert!(socket.nodelay().unwrap());
        let control = rustix::net::sockopt::tcp_congestion(&socket).unwrap();
        assert_eq!(control, "reno");
    }
}
