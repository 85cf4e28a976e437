//! What the team ships around the service: objectives, rules, dashboards.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{DurationText, StatusText};

/// One objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SloSpec {
    /// An OpenSLO v1 file, relative to this one.
    pub file: String,
    /// Which SLO of that file: its `metadata.name`.
    pub name: String,
    /// Which outcomes of the ledger are bad events.
    pub bad: BadSpec,
    /// Routes whose requests are events of this SLO; by default all.
    #[serde(default)]
    pub routes: Vec<String>,
    /// PromQL that yields the share of budget left, as one series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<String>,
    /// What must become of the objective over the measured phases.
    #[serde(default = "met")]
    pub expect: ExpectSpec,
}

/// Bad events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BadSpec {
    /// Responses with this status, or of this class.
    Status(StatusText),
    /// Responses slower than this.
    SlowerThan(DurationText),
}

/// What must become of an objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExpectSpec {
    /// It is reached.
    Met,
    /// It is not: the scenario breaks it on purpose.
    Missed,
    /// It is reported and not judged.
    Any,
}

/// Rule files, relative to this one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RulesSpec {
    /// Files that Prometheus evaluates.
    #[serde(default)]
    pub prometheus: Vec<String>,
    /// Files that Loki's ruler evaluates.
    #[serde(default)]
    pub loki: Vec<String>,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DashboardSpec {
    /// Grafana's JSON model, relative to this file.
    pub file: String,
    /// Values of its template variables; they win over the dashboard's own.
    #[serde(default)]
    pub variables: BTreeMap<String, Vec<String>>,
}

fn met() -> ExpectSpec {
    ExpectSpec::Met
}
