//! The service's request counters against the ledger.

pub mod count;

pub use count::Count;
