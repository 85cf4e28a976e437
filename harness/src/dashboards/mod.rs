//! Grafana dashboards: which queries the panels ask, and with what in place of their variables. Pure.

pub mod panel;
pub mod parse;

pub use panel::{Dashboard, Panel, PanelQuery, Variable};
pub use parse::parse;
