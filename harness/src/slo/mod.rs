//! Service level objectives: documents, and the maths of budgets and burn rates. Pure.

pub mod burn;
pub mod compile;
pub mod definition;
pub mod exchange;
pub mod explain;
pub mod lint;
pub mod objective;
pub mod openslo;
pub mod oracle;
pub mod tier;

pub use definition::{Indicator, Part, Slo};
pub use objective::Objective;
pub use tier::{Tier, Urgency};
