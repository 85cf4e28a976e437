//! `kind: AlertPolicy`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alert_condition::AlertConditionSpec;
use super::document::MetadataSpec;
use super::notification_target::NotificationTargetSpec;

/// When to alert, and whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AlertPolicySpec {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether no data alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_when_no_data: Option<bool>,
    /// Whether the end of the trouble is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_when_resolved: Option<bool>,
    /// Whether the trouble is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_when_breaching: Option<bool>,
    /// One condition.
    #[serde(default)]
    pub conditions: Vec<ConditionItem>,
    /// Who is told.
    #[serde(default)]
    pub notification_targets: Vec<TargetItem>,
}

/// A policy of an SLO: written here, or `alertPolicyRef`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PolicyItem {
    /// The name of a policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_policy_ref: Option<String>,
    /// `openslo/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// `AlertPolicy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<MetadataSpec>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<AlertPolicySpec>,
}

/// A condition of a policy: written here, or `conditionRef`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConditionItem {
    /// The name of a condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition_ref: Option<String>,
    /// `openslo/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// `AlertCondition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<MetadataSpec>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<AlertConditionSpec>,
}

/// A target of a policy: written here, or `targetRef`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TargetItem {
    /// The name of a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<String>,
    /// `openslo/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// `AlertNotificationTarget`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<MetadataSpec>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<NotificationTargetSpec>,
}
