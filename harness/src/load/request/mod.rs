//! What is sent: a route's request rendered ahead into one buffer, in which each arrival changes a few bytes.
//!
//! `message` lays a route out as fixed bytes and places to fill, `render` fills them, `trace` draws the ids of an
//! arrival.

mod message;
mod render;
mod trace;
mod url;

pub use render::Renderer;
pub use trace::Trace;
