//! Checks of dashboards.

pub mod panels;

pub use panels::Panels;
