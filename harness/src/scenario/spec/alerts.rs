//! What the alerts must and may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::DurationText;
use crate::model::Labels;

/// Expectations of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AlertsSpec {
    /// These must fire.
    #[serde(default)]
    pub expect: Vec<ExpectedAlertSpec>,
    /// These may fire: neither needed nor a mistake.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// An alert that must fire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExpectedAlertSpec {
    /// The alert's name in a rule file of this scenario.
    pub name: String,
    /// Labels that the firing alert must have, among others.
    #[serde(default)]
    pub labels: Labels,
    /// The phase that causes it.
    pub phase: String,
    /// It must fire at the latest this long after the start of the phase, and not before it.
    pub fires_within: DurationText,
    /// It must have resolved at the latest this long after the end of the phase; absent means not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolves_within: Option<DurationText>,
    /// Whether its notification must (or must not) arrive at the webhook; absent means not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<bool>,
}
