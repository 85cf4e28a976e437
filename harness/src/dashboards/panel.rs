//! The part of a dashboard that can be verified: panels, queries, variables.

use serde::{Deserialize, Serialize};

use crate::model::{Engine, Millis};

/// One dashboard file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// Its title.
    pub title: String,
    /// Its unique id.
    pub uid: String,
    /// Panels that hold queries, rows unfolded, in file order.
    pub panels: Vec<Panel>,
    /// Template variables in file order.
    pub variables: Vec<Variable>,
}

/// One panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Grafana's number.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// Grafana's unit id, e.g. `s`, `percentunit`, `reqps`.
    pub unit: String,
    /// `maxDataPoints`, if pinned.
    pub max_data_points: Option<u64>,
    /// The panel's own min step ("Min interval"), if set.
    pub min_step: Option<Millis>,
    /// Its queries.
    pub queries: Vec<PanelQuery>,
}

/// One query of a panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelQuery {
    /// `A`, `B`, …
    pub ref_id: String,
    /// Who answers it.
    pub engine: Engine,
    /// The expression with variables.
    pub expr: String,
    /// An instant query instead of a range.
    pub instant: bool,
}

/// One template variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name, without `$`.
    pub name: String,
    /// Grafana's type: `query`, `custom`, `constant`, `datasource`, `interval`, …
    pub kind: String,
    /// Several values may be chosen.
    pub multi: bool,
    /// "All" may be chosen.
    pub include_all: bool,
    /// What "All" stands for, if the dashboard says so.
    pub all_value: Option<String>,
    /// The values chosen in the file; `["$__all"]` for "All".
    pub current: Vec<String>,
    /// The options listed in the file (custom variables).
    pub options: Vec<String>,
}
