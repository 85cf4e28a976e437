//! Checks of recording and alerting rules.

mod difference;
pub mod loaded;

pub use loaded::Loaded;
