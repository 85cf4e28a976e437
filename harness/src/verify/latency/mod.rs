//! The service's latency histogram against the ledger.

pub mod quantile;

pub use quantile::Quantile;
