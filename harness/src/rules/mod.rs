//! Rule files as a team ships them. Pure.
//!
//! [`parse()`] reads Prometheus and Loki rule files strictly and with places; [`scale`] divides their windows by a
//! time scale. What is loaded in a ruler, and whether it agrees, is not known here.

mod inspect;
pub mod parse;
pub mod scale;
pub mod spec;
pub mod window;

pub use parse::{RuleDocument, parse};
pub use scale::scale_expr;
