//! Scenario files: what is written, and the plan that comes of it.
//!
//! [`load`] reads a file in three steps: the text becomes a tree with places, the tree becomes a [`spec`] along its
//! JSON schema, and the spec becomes a [`Plan`] together with every file it names. Each step collects its mistakes
//! and goes on, so that [`Mistakes`] holds all of them at once. Nothing is sent anywhere here.

pub mod diagnostics;
mod expand;
mod feeder;
mod files;
mod lower;
mod open;
pub mod plan;
mod quantity;
pub(crate) mod request;
mod review;
mod selector;
pub mod spec;
mod template;

pub use diagnostics::Mistakes;
pub use open::{Overrides, load, schema};
pub use plan::Plan;
pub(crate) use quantity::{LONGEST, per_second};
