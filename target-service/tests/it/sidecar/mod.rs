//! The reverse proxy, over real sockets.

mod builtin;
mod drops;
mod failures;
mod forwarding;
mod memory;
mod running;
mod telemetry;
mod upstream;
mod wire;
