//! Scenario files: what is written, and the plan that comes of it.

pub mod plan;

pub use plan::Plan;
