//! The checks: pure functions from plan, ledger and evidence to findings. One check per file.

pub mod case;
pub mod check;
#[cfg(test)]
pub(crate) mod fixture;
pub mod registry;

pub use case::Case;
pub use check::{Check, Meta};
