//! Service level objectives: documents, and the maths of budgets and burn rates. Pure.

pub mod objective;
pub mod openslo;

pub use objective::Objective;
