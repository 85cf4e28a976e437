//! What the team ships beside the service: rule files and dashboards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dashboards::Dashboard;
use crate::model::{Engine, RuleGroup};

/// A rule file as it is (or must be) loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleFile {
    /// As named in the scenario.
    pub file: String,
    /// Who evaluates it.
    pub engine: Engine,
    /// The whole file's text after scaling; what the stack installs.
    pub text: String,
    /// The same, parsed.
    pub groups: Vec<RuleGroup>,
}

/// A dashboard and the values its variables take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardPlan {
    /// As named in the scenario.
    pub file: String,
    /// The parsed dashboard.
    pub dashboard: Dashboard,
    /// Variable values given by the scenario; they win over the dashboard's own.
    pub variables: BTreeMap<String, Vec<String>>,
}
