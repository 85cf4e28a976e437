//! Service level objectives: documents, and the maths of budgets and burn rates. Pure.

pub mod objective;

pub use objective::Objective;
