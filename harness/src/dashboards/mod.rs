//! Grafana dashboards: which queries the panels ask, and with what in place of their variables. Pure.

pub mod interpolate;
pub mod panel;
pub mod parse;

pub use interpolate::{InterpolationError, Span, panel_question};
pub use panel::{Dashboard, Panel, PanelQuery, Variable};
pub use parse::parse;
