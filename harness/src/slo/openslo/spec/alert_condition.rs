//! `kind: AlertCondition`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::slo::Comparison;

/// When an alert fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertConditionSpec {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Such as `page`.
    pub severity: String,
    /// The burn rate and its window.
    pub condition: BurnRateSpec,
}

/// The one kind of condition there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BurnRateSpec {
    /// `burnrate`.
    pub kind: ConditionKind,
    /// How the burn rate compares; `gt` unless written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<Comparison>,
    /// The burn rate.
    pub threshold: f64,
    /// The window it is measured over, such as `1h`.
    pub lookback_window: Value,
    /// How long it must hold, such as `5m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_after: Option<Value>,
}

/// Kinds of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConditionKind {
    /// A burn rate over a window.
    Burnrate,
}
