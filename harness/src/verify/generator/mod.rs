//! The load itself: is the ledger whole, and did the generator deliver what was planned.

pub mod conservation;
pub mod in_range;
pub mod kept_up;
pub mod routes;
pub mod undisturbed;

pub use conservation::Conservation;
pub use in_range::InRange;
pub use kept_up::{KeptUp, lateness, load_was_delivered};
pub use routes::Routes;
pub use undisturbed::Undisturbed;
