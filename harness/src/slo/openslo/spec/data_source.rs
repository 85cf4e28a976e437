//! `kind: DataSource`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where numbers come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DataSourceSpec {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The kind of system, such as `Prometheus`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How to reach it; each kind has fields of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_details: Option<Value>,
}
