//! Checks of what the alerts did while the load ran.

pub mod expectation;
pub mod fired;
pub mod quiet;
pub mod resolved;
pub mod watch;

pub use fired::Fired;
pub use quiet::Quiet;
pub use resolved::Resolved;
