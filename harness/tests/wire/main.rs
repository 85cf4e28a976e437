//! The load engine's HTTP clients against a server that does exactly what it is told, byte for byte.

mod differential;
mod keep_alive;
mod secure;
mod server;
