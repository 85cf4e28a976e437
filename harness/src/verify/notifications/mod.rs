//! Checks of what reached the webhook.

pub mod delivered;
mod message;
mod stray;

pub use delivered::Delivered;
