//! Error budgets and objectives against the ledger.

pub mod events;
pub mod objective;
pub mod remaining;
mod samples;
mod unanswered;
mod unexpected;

pub(crate) use events::for_the_user;
pub use objective::Objective;
pub use remaining::Remaining;
pub(crate) use unanswered::lacked_value;
