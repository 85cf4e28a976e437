//! What a client may ask of a connection.

use std::time::Duration;

/// Limits of each connection; how many there are is [`super::Connections`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest head of a request, request line included; a longer one is answered 431.
    pub head_bytes: usize,
    /// Time from the first byte of a head to its last; on a new connection from the start. A client that
    /// trickles its head loses its connection.
    pub head_time: Duration,
    /// Time between an answer and the first byte of the next request. Longer than the idle time of
    /// common clients and scrape intervals, so that it is rarely the server who closes.
    pub idle_time: Duration,
    /// Time in which the client takes not one byte of an answer that waits. A client that never reads loses
    /// its connection.
    pub stall_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 32 * 1024,
            head_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(75),
            stall_time: Duration::from_secs(30),
        }
    }
}
