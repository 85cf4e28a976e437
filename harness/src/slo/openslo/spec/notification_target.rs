//! `kind: AlertNotificationTarget`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationTargetSpec {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The way, such as `email` or `pagerduty`.
    pub target: String,
}
