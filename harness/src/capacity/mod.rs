//! Capacity under an objective: which rate to try next, what one step proves, and what all steps prove together.
//! Pure; `app` sends the load.

pub mod answer;
pub mod judge;
pub mod objective;
pub mod search;

pub use answer::{Answer, Conclusion, Votes};
pub use judge::{Delivery, Judgement, judge};
pub use objective::{LatencyBound, Objective, ObjectiveError};
pub use search::{Judged, Next, Purpose, Settings, Trial, next};
