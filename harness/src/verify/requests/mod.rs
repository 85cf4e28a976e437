//! The service's request counters against the ledger.

pub mod count;
pub mod elsewhere;

pub use count::Count;
pub use elsewhere::Elsewhere;
