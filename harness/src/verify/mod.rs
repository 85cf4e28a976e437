//! The checks: pure functions from plan, ledger and evidence to findings. One check per file.

pub mod case;
pub mod check;
pub mod registry;

pub mod budget;
pub mod generator;
pub mod latency;
pub mod logs;
pub mod requests;

pub(crate) mod buckets;
pub(crate) mod counter;
pub(crate) mod endpoint;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod tally;
pub(crate) mod verdicts;
pub(crate) mod words;

pub use case::Case;
pub use check::{Check, Meta};
