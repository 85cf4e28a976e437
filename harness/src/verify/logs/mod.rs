//! The service's logs against the ledger.

pub mod count;

pub use count::Count;
