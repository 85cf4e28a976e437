//! HTTP/1.1 over plain sockets, our own: what a load generator needs of it and nothing else.
//!
//! An exchange writes the rendered bytes, reads into one fixed buffer and takes the reply off it where it lies; it
//! allocates nothing unless it fails, and costs one `write` and one `read` where the reply fits the buffer.
//!
//! - `exchange` says what is to be written and read next, `connection` drives it as a task does and `driven` as an event
//!   loop does that serves many sockets at once, `inbox` holds what came, `reader` makes a reply of it without I/O, `head`
//!   and `chunks` know the grammar, `fault` what can be wrong.
//!
//! # When a request may be sent again
//!
//! A server may close a connection that idles, at any moment, also while the next request is under way to it. Whether
//! that request was then read, nobody can tell from this side; sent again it might be counted twice, and the ledger
//! would disagree with the service by the fault of the instrument. So the rule is strict: a request may be sent again
//! only if the connection had been used before and **not one byte of the request was handed to the kernel**. That is so
//! in two cases: before the first byte, the socket is found closed, reset, or holding bytes that no request asked for
//! (such as a 408 on the way out); or the first write fails. [`Connection::unsent`](super::Connection::unsent) says so.
//! Anything later is `Broken`, which the ledger counts as "may or may not have been seen".

mod chunks;
mod connect;
mod connection;
#[cfg(target_os = "linux")]
mod driven;
mod exchange;
mod fault;
mod head;
mod inbox;
mod reader;

pub use connect::{TcpConnect, UnixConnect};
pub use connection::{Http1, Socket};
#[cfg(target_os = "linux")]
pub use driven::{Driven, Stale};
pub(super) use fault::is_tls;
pub use fault::{Fault, Where};
pub use head::HEADER_LIMIT;
pub use inbox::{HEAD_LIMIT, Inbox};
