//! The service's request counters against the ledger.

pub mod clock;
pub mod count;
pub mod elsewhere;

pub use clock::Clock;
pub use count::Count;
pub use elsewhere::Elsewhere;
