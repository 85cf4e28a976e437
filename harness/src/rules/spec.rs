//! A rule file as Prometheus and Loki define it, 1:1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Labels;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFileSpec {
    /// Groups of rules.
    pub groups: Vec<GroupSpec>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// The group's name, unique in its file.
    pub name: String,
    /// How often the group is evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// How far in the past the group is evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_offset: Option<String>,
    /// The most series or alerts a rule may produce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Labels for every rule of the group.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// The rules.
    pub rules: Vec<RuleSpec>,
}

/// A rule: exactly one of `alert` and `record`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// The alert's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// The recorded metric's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The expression.
    pub expr: String,
    /// How long the expression must hold.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// How long the alert fires on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<String>,
    /// Labels to add.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Annotations to add.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
}

impl RuleSpec {
    /// A rule that records `expr` as `name`.
    pub fn recording(name: &str, expr: String, labels: Labels) -> Self {
        Self {
            alert: None,
            record: Some(name.to_owned()),
            expr,
            hold: None,
            keep_firing_for: None,
            labels,
            annotations: Labels::new(),
        }
    }

    /// The alert's or record's name; empty if neither is written.
    pub(super) fn name(&self) -> &str {
        self.alert
            .as_deref()
            .or(self.record.as_deref())
            .unwrap_or_default()
    }
}
