//! `kind: SLI`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is measured: exactly one of the two.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SliSpec {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Good or bad events among all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_metric: Option<RatioSpec>,
    /// A value to hold against the objective's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_metric: Option<MetricSpec>,
}

/// `total` and exactly one of `good` and `bad`; or `rawType` and `raw`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RatioSpec {
    /// Whether the numbers only grow; otherwise each sample is a count of its own. True unless written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<bool>,
    /// Events that keep the promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<MetricSpec>,
    /// Events that break it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<MetricSpec>,
    /// All events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<MetricSpec>,
    /// What the ratio of `raw` is one of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_type: Option<RawType>,
    /// A ratio that is stored as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<MetricSpec>,
}

/// Which way a raw ratio counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawType {
    /// 1 is all well.
    Success,
    /// 1 is nothing well.
    Failure,
}

/// A number from somewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetricSpec {
    /// Where the number comes from.
    pub metric_source: MetricSourceSpec,
}

/// A query of a data source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetricSourceSpec {
    /// The name of a `DataSource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_source_ref: Option<String>,
    /// The kind of system, such as `Prometheus`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The source's own fields; `query` is the one read here.
    pub spec: BTreeMap<String, Value>,
}
