//! The checks: pure functions from plan, ledger and evidence to findings. One check per file.

pub mod case;
pub mod check;
pub mod judge;
pub mod registry;

pub mod alerts;
pub mod budget;
pub mod dashboards;
pub mod generator;
pub mod latency;
pub mod logs;
pub mod notifications;
pub mod requests;
pub mod rules;

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
pub use judge::{judge, questions};
