//! Any target by any protocol: chosen once, at the start.

mod prove;

use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::by_hyper::{Hyper1, Hyper2, Multiplexer, http2};
use super::http1::{Http1, TcpConnect, UnixConnect};
use super::place::{At, Place, PlaceError};
use super::tls::{self, TlsError, Trust};
use super::{Connect, Connection, Rendered, Reply};
use crate::model::Outcome;
use crate::scenario::plan::ConnectPlan;

/// Which HTTP is spoken. It is never negotiated: what is measured does not depend on what a server prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: over TLS by ALPN, else by prior knowledge.
    Http2 {
        /// How many exchanges share a connection, at most.
        streams: u32,
    },
}

/// How to reach a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Which HTTP.
    pub protocol: Protocol,
    /// Whom to trust, where TLS is spoken.
    pub trust: Trust,
}

/// How many exchanges share a connection of HTTP/2 unless somebody says: what servers commonly allow.
const STREAMS: u32 = 100;

impl From<&ConnectPlan> for Settings {
    fn from(plan: &ConnectPlan) -> Self {
        Self {
            protocol: if plan.http2 {
                Protocol::Http2 { streams: STREAMS }
            } else {
                Protocol::Http1
            },
            trust: match &plan.ca_file {
                _ if plan.insecure => Trust::Anybody,
                Some(file) => Trust::File(file.clone()),
                None => Trust::System,
            },
        }
    }
}

impl Settings {
    /// Connections that carry so many exchanges at once, sent by so many workers.
    pub fn connections(&self, exchanges: u64, workers: u64) -> u64 {
        match self.protocol {
            Protocol::Http1 => exchanges,
            // Each worker's last one may be half empty.
            Protocol::Http2 { streams } => exchanges.div_ceil(streams.max(1).into()) + workers,
        }
    }
}

/// Why no connection will ever be opened.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The address.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A host that no certificate can name.
    #[error("`{host}` is no name that a certificate can be checked against")]
    Name {
        /// Which.
        host: String,
    },
    /// Nobody is there.
    #[error("nothing accepts connections at {at}; start the service, or correct the address")]
    Refused {
        /// Where.
        at: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The server's certificate is not believed.
    #[error("the certificate of `{host}` is not trusted; {remedy}")]
    Certificate {
        /// Whose.
        host: String,
        /// What to do about it.
        remedy: String,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// What answers is no TLS that we can speak.
    #[error("cannot speak TLS with `{host}`; see that its port is that of https")]
    Handshake {
        /// With whom.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Cleartext was sent to a port of TLS.
    #[error("{at} answers in TLS; write https:// instead of http://")]
    SpeaksTls {
        /// Where.
        at: String,
    },
    /// The server does not speak HTTP/2 unasked.
    #[error("{at} does not speak HTTP/2 in cleartext; leave out --http2 or `target.http2`")]
    NoCleartextHttp2 {
        /// Where.
        at: String,
    },
    /// The server did not choose HTTP/2.
    #[error("`{host}` does not speak HTTP/2 over TLS; leave out --http2 or `target.http2`")]
    NoHttp2 {
        /// Which.
        host: String,
    },
}

/// What is found out once and shared by all workers.
#[derive(Clone)]
pub struct Reach {
    /// As it would be written.
    at: String,
    way: Way,
    settings: Settings,
}

#[derive(Clone)]
enum Way {
    Tcp(TcpConnect),
    Unix(UnixConnect),
    Tls(TcpConnect, TlsConnector, ServerName<'static>),
}

impl Reach {
    /// Resolves the name and reads the certificates.
    pub async fn find(place: &Place, settings: &Settings) -> Result<Self, DialError> {
        let protocol = settings.protocol;
        let way = match &place.at {
            At::Unix(path) => Way::Unix(UnixConnect::new(path.clone())),
            At::Tcp { host, .. } => {
                let tcp = TcpConnect::new(place.resolve().await?);
                if place.tls {
                    let name = ServerName::try_from(host.clone())
                        .map_err(|_| DialError::Name { host: host.clone() })?;
                    let alpn: &[u8] = match protocol {
                        Protocol::Http1 => b"http/1.1",
                        Protocol::Http2 { .. } => b"h2",
                    };
                    let config = tls::config(&settings.trust, alpn)?;
                    Way::Tls(tcp, TlsConnector::from(config), name)
                } else {
                    Way::Tcp(tcp)
                }
            }
        };
        let scheme = if place.tls { "https" } else { "http" };
        Ok(Self {
            at: match &place.at {
                At::Unix(path) => format!("unix:{}", path.display()),
                At::Tcp { .. } => format!("{scheme}://{}", place.authority),
            },
            way,
            settings: settings.clone(),
        })
    }

    /// The addresses it connects to, in the order in which they are tried; none for a Unix socket.
    pub fn addresses(&self) -> &[SocketAddr] {
        match &self.way {
            Way::Tcp(tcp) | Way::Tls(tcp, ..) => tcp.addresses(),
            Way::Unix(_) => &[],
        }
    }

    /// A dial for one worker.
    pub fn dial(&self) -> Dial {
        let scheme = match self.way {
            Way::Tls(..) => "https",
            Way::Tcp(_) | Way::Unix(_) => "http",
        };
        Dial {
            way: self.way.clone(),
            shared: match self.settings.protocol {
                Protocol::Http1 => None,
                Protocol::Http2 { streams } => Some(Multiplexer::new(streams, scheme)),
            },
        }
    }
}

/// Opens connections of one worker.
pub struct Dial {
    way: Way,
    /// For HTTP/2.
    shared: Option<Multiplexer>,
}

impl Dial {
    /// Whether its connections are plain sockets that speak HTTP/1.1.
    pub fn is_plain(&self) -> bool {
        self.shared.is_none() && !matches!(self.way, Way::Tls(..))
    }

    /// A socket for plain HTTP/1.1 that does not block and belongs to no event loop; none where something else
    /// [is spoken](Self::is_plain).
    pub async fn plain_socket(&self) -> Result<OwnedFd, Outcome> {
        let socket = match &self.way {
            Way::Tcp(tcp) => tcp.socket().await?.into_std().map(OwnedFd::from),
            Way::Unix(unix) => unix.socket().await?.into_std().map(OwnedFd::from),
            Way::Tls(..) => return Err(Outcome::ConnectFailed),
        };
        socket.map_err(|_| Outcome::ConnectFailed)
    }
}

/// A connection of any kind.
pub enum Line {
    /// Plain HTTP/1.1 over TCP.
    Tcp(Http1<TcpStream>),
    /// Plain HTTP/1.1 over a Unix socket.
    Unix(Http1<UnixStream>),
    /// HTTP/1.1 over TLS.
    Tls(Box<Hyper1>),
    /// HTTP/2.
    Http2(Box<Hyper2>),
}

impl Connect for Dial {
    type Connection = Line;

    async fn connect(&self) -> Result<Line, Outcome> {
        if let Some(shared) = &self.shared {
            let place = shared.place(|| self.way.clone().open_http2()).await?;
            return Ok(Line::Http2(Box::new(place)));
        }
        match &self.way {
            Way::Tcp(tcp) => tcp.connect().await.map(Line::Tcp),
            Way::Unix(unix) => unix.connect().await.map(Line::Unix),
            Way::Tls(tcp, tls, name) => {
                let stream = handshake(tcp, tls, name).await?;
                Ok(Line::Tls(Box::new(Hyper1::new(stream).await?)))
            }
        }
    }
}

impl Way {
    async fn open_http2(self) -> Result<http2::Sender, Outcome> {
        match self {
            Self::Tcp(tcp) => http2::handshake(tcp.socket().await?).await,
            Self::Unix(unix) => http2::handshake(unix.socket().await?).await,
            Self::Tls(tcp, tls, name) => {
                let stream = handshake(&tcp, &tls, &name).await?;
                // A server that does not choose h2 would take the preface for a broken request.
                if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
                    return Err(Outcome::ConnectFailed);
                }
                http2::handshake(stream).await
            }
        }
    }
}

async fn handshake(
    tcp: &TcpConnect,
    tls: &TlsConnector,
    name: &ServerName<'static>,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Outcome> {
    let stream = tcp.socket().await?;
    let stream = tls.connect(name.clone(), stream).await;
    stream.map_err(|_| Outcome::ConnectFailed)
}

impl Connection for Line {
    async fn exchange(&mut self, request: Rendered<'_>, reply: &mut Reply) -> Outcome {
        match self {
            Self::Tcp(line) => line.exchange(request, reply).await,
            Self::Unix(line) => line.exchange(request, reply).await,
            // Their futures are large, and what holds them is moved with every request: hyper allocates anyway.
            Self::Tls(line) => Box::pin(line.exchange(request, reply)).await,
            Self::Http2(line) => Box::pin(line.exchange(request, reply)).await,
        }
    }

    fn reusable(&self) -> bool {
        match self {
            Self::Tcp(line) => line.reusable(),
            Self::Unix(line) => line.reusable(),
            Self::Tls(line) => line.reusable(),
            Self::Http2(line) => line.reusable(),
        }
    }

    fn unsent(&self) -> bool {
        match self {
            Self::Tcp(line) => line.unsent(),
            Self::Unix(line) => line.unsent(),
            Self::Tls(line) => line.unsent(),
            Self::Http2(line) => line.unsent(),
        }
    }
}
