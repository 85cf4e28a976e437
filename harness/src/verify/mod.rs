//! The checks: pure functions from plan, ledger and evidence to findings. One check per file.

pub mod alerts;
pub mod case;
pub mod check;
pub mod dashboards;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod notifications;
pub mod registry;
pub mod rules;

pub use case::Case;
pub use check::{Check, Meta};
