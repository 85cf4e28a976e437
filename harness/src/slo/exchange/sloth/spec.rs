//! The format, 1:1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands under `version`.
pub const VERSION: &str = "prometheus/v1";

type Texts = BTreeMap<String, String>;

/// A document: the SLOs of one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// `prometheus/v1`.
    pub version: String,
    /// The service.
    pub service: String,
    /// Labels of every rule.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub labels: Texts,
    /// Plugins of every SLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo_plugins: Option<Value>,
    /// The SLOs.
    #[serde(default)]
    pub slos: Vec<SlothSlo>,
}

/// One SLO.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlothSlo {
    /// Its name.
    pub name: String,
    /// Percentage that must be good.
    pub objective: f64,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Labels of its rules.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub labels: Texts,
    /// Its plugins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugins: Option<Value>,
    /// What is measured.
    pub sli: Sli,
    /// How it alerts.
    #[serde(default)]
    pub alerting: Alerting,
}

/// Exactly one of the forms.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sli {
    /// Bad events among all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Events>,
    /// An error ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// A program that makes the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<Value>,
}

/// Queries with `{{.window}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Bad events.
    pub error_query: String,
    /// All events.
    pub total_query: String,
}

/// A query with `{{.window}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// The error ratio.
    pub error_ratio_query: String,
}

/// The alerts of an SLO.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alerting {
    /// The name of both.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Labels of both.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub labels: Texts,
    /// Annotations of both.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub annotations: Texts,
    /// The page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub page_alert: Alert,
    /// The ticket.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket_alert: Alert,
}

/// One alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Whether there is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable: bool,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub labels: Texts,
    /// Its annotations.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub annotations: Texts,
}

fn is_default(alert: &Alert) -> bool {
    *alert == Alert::default()
}
