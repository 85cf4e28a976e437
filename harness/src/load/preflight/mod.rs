//! Before the first request: whether this machine's limits hold the connections that are planned.
//!
//! A limit that would surely be hit ends the command while nothing has been sent; one that might be hit is told.

mod backlog;
mod descriptors;
mod ports;

use std::net::SocketAddr;

/// What is planned.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// Connections at once, at most.
    pub connections: u64,
    /// Threads that send.
    pub workers: u64,
    /// Where the service is; empty for a Unix socket.
    pub addresses: &'a [SocketAddr],
    /// Whether the service is on this machine.
    pub here: bool,
}

/// Why the load is not begun.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PreflightError {
    /// File descriptors.
    #[error(
        "this process may open {limit} files (ulimit -Hn), but {connections} connections and what it has open need \
         {needed}: raise the limit (ulimit -n {needed}; LimitNOFILE= of a unit, --ulimit nofile= of a container), or \
         plan fewer connections (-c, load.maxInFlight)"
    )]
    Descriptors {
        /// The hard limit.
        limit: u64,
        /// Connections planned.
        connections: u64,
        /// Descriptors needed.
        needed: u64,
    },
    /// Ephemeral ports.
    #[error(
        "{free} local ports are free for connections to {target} (net.ipv4.ip_local_port_range has {range}, {used} \
         are in use), but {connections} connections are planned: widen the range (sysctl -w \
         net.ipv4.ip_local_port_range=\"1024 65535\"), wait a minute for closed ones, or plan fewer connections (-c, \
         load.maxInFlight)"
    )]
    Ports {
        /// Ports that can be used.
        free: u64,
        /// Ports in the range.
        range: u64,
        /// Of these, in use towards the same target.
        used: u64,
        /// The target.
        target: SocketAddr,
        /// Connections planned.
        connections: u64,
    },
}

/// Files that this process may open at most, connections among them, where [`preflight`] raised what can be raised.
pub fn most_files() -> u64 {
    descriptors::most()
}

/// Looks at the limits, and raises the soft limit on file descriptors where the hard one allows it. Returns what might
/// not hold out, in words.
pub fn preflight(planned: &Planned<'_>) -> Result<Vec<String>, PreflightError> {
    descriptors::provide(planned)?;
    ports::look(planned)?;
    Ok(backlog::look(planned).into_iter().collect())
}
