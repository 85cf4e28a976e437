//! What can be wrong with a reply.

use crate::model::Outcome;

/// Why the bytes of a peer are no whole reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The head does not parse.
    #[error("the reply is not HTTP/1: {0}")]
    NotHttp(httparse::Error),
    /// A record of TLS.
    #[error("the server answers in TLS; write https:// instead of http://")]
    Tls,
    /// A status below 100.
    #[error("the reply's status {0} is none of HTTP")]
    Status(u16),
    /// The head does not fit the buffer.
    #[error("the reply's head is longer than {limit} bytes", limit = super::HEAD_LIMIT)]
    HeadTooLong,
    /// Lengths that differ, or one that is no number.
    #[error("the reply's content-length is not one number")]
    ContentLength,
    /// RFC 9112, section 6.1: HTTP/1.0 knows no transfer codings, so the framing is faulty.
    #[error("the reply has a transfer-encoding, which HTTP/1.0 does not know")]
    TransferEncoding,
    /// The chunked coding is broken.
    #[error("the reply's chunked body is malformed: {0}")]
    Chunk(&'static str),
    /// The peer closed in the middle.
    #[error("the server closed the connection {0}")]
    Truncated(Where),
}

impl Fault {
    /// Why these bytes do not begin with a head.
    pub(super) fn of_head(bytes: &[u8], error: httparse::Error) -> Self {
        if is_tls(bytes) {
            Self::Tls
        } else {
            Self::NotHttp(error)
        }
    }
}

/// Whether bytes begin with an alert of TLS (RFC 8446, section 5.1), with which its servers answer what is none.
pub(in crate::load::wire) fn is_tls(bytes: &[u8]) -> bool {
    bytes.starts_with(&[21, 3])
}

/// How far a reply had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// No byte of it had come.
    BeforeReply,
    /// Within the head.
    InHead,
    /// Within the body.
    InBody,
}

impl std::fmt::Display for Where {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BeforeReply => "before the reply",
            Self::InHead => "within the reply's head",
            Self::InBody => "within the reply's body",
        })
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        Self::Broken {
            why: fault.to_string(),
        }
    }
}
