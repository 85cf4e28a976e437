//! Checks of what reached the webhook.

pub mod delivered;
mod delivery;
mod inbox;
mod message;
mod stray;

pub use delivered::Delivered;
