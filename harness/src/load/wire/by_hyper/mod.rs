//! TLS and HTTP/2, spoken by hyper behind the same traits as our own HTTP/1.1.
//!
//! It also runs over plain sockets, where the differential tests hold our own client against it. It costs about half
//! as much again per request and allocates; TLS and HTTP/2 are worth that, plain HTTP/1.1 is not.

mod http1;
pub(super) mod http2;
mod message;

pub use http1::Hyper1;
pub use http2::{Hyper2, Multiplexer};
