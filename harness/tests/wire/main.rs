//! The load engine's HTTP clients against a server that does exactly what it is told, byte for byte.

#[path = "../shared/authority.rs"]
mod authority;
mod by_hand;
mod differential;
mod http2;
mod keep_alive;
mod replies;
mod secure;
mod server;
