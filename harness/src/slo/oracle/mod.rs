//! What burn-rate alerts must do, told without running them.
//!
//! [`step`] is the closed form for a step outage under constant traffic; [`exact`] evaluates any timeline on the grid
//! of scrapes and evaluations, with Prometheus's alert states. Both must agree where both apply.

pub mod exact;
pub mod profile;
pub mod step;

pub use exact::{Grid, Run, Transition, evaluate};
pub use profile::{Profile, Second};
pub use step::{Delay, Prediction, Step, predict};
