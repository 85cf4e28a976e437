//! The local stack with the real servers: started, asked, changed, hurt and ended.
//!
//! Needs the tools in the cache or on PATH (`sloproof stack install`); builds them otherwise, once.

mod background;
mod ephemeral;
mod place;
mod target;
