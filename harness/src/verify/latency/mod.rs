//! The service's latency histogram against the ledger.

pub mod buckets;
mod gap;
pub mod quantile;
pub mod steady;

pub use buckets::Buckets;
pub use quantile::Quantile;
pub use steady::Steady;
