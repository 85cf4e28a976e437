//! One HTTP connection as a worker sees it: rendered bytes out, one outcome and the reply's facts back.
//!
//! A worker owns its connections and runs on a thread of its own, so nothing here is `Send`. Time-outs belong to the
//! worker: dropping the future of [`Connection::exchange`] ends the exchange, and the connection is then closed.

pub mod by_hyper;
pub mod dial;
pub mod http1;
pub mod place;
pub mod tls;

use hyper::body::Bytes;

use crate::model::Outcome;

/// The head and body of one request as they go over the wire in HTTP/1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rendered<'a> {
    /// Start line, headers, empty line and body, unless that comes by itself.
    pub bytes: &'a [u8],
    /// A body that many requests share, so that it is not copied for each; it follows the bytes.
    pub body: Option<&'a Bytes>,
    /// A reply to `HEAD` has no body, whatever its headers say.
    pub head: bool,
}

impl<'a> Rendered<'a> {
    /// What goes over the wire, in order; the second part may be empty.
    pub fn parts(&self) -> [&'a [u8]; 2] {
        [self.bytes, self.body.map_or(&[], |body| body)]
    }
}

/// What of a reply is kept beyond its outcome. Reused from request to request, so that nothing is allocated.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Ask for the body: a later request wants a value of it.
    pub keep_body: bool,
    /// The decoded body if it was asked for, else empty. Bodies are kept up to [`KEPT_BODY`] bytes.
    pub body: Vec<u8>,
    /// Ask for the head: a later request wants a value of it.
    pub keep_head: bool,
    /// The head's lines `name: value`, each ended by CRLF, if they were asked for, else empty.
    pub head: Vec<u8>,
    /// Bytes followed the reply that no request asked for: the peer's framing is wrong. Told by plain HTTP/1.1 only.
    pub surplus: bool,
}

/// How much of a body is kept for a later request; what is beyond is counted and dropped.
pub const KEPT_BODY: usize = 1 << 20;

/// Opens connections to one place.
pub trait Connect {
    /// What it opens.
    type Connection: Connection;

    /// Opens one; the outcome says why it could not.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Outcome>>;
}

/// A connection that carries one exchange at a time.
pub trait Connection {
    /// Sends a request and reads the whole reply. Fails by an outcome only.
    fn exchange(
        &mut self,
        request: Rendered<'_>,
        reply: &mut Reply,
    ) -> impl Future<Output = Outcome>;

    /// Whether another exchange may follow: the peer keeps it open and the framing is sound.
    fn reusable(&self) -> bool;

    /// Whether the last exchange failed because the peer had already left an idle connection, before one byte of the
    /// request was handed to the kernel. Only then may the request be sent again on a fresh connection: no server can
    /// have counted it.
    fn unsent(&self) -> bool {
        false
    }
}
