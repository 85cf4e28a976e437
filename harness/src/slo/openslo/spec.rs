//! The parts of an OpenSLO v1 document that are read, 1:1. Fields that start with `_` are known but not used.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Document<S> {
    /// `openslo/v1`.
    #[serde(rename = "apiVersion")]
    pub(super) _api_version: String,
    /// The kind of document.
    #[serde(rename = "kind")]
    pub(super) _kind: String,
    pub(super) metadata: Metadata,
    pub(super) spec: S,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Metadata {
    /// The document's name.
    pub(super) name: String,
    #[serde(default, rename = "displayName")]
    pub(super) _display_name: Option<String>,
    /// Texts, or lists of texts.
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, Value>>,
    #[serde(default, rename = "annotations")]
    pub(super) _annotations: Option<Value>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SloSpec {
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) service: Option<String>,
    #[serde(default)]
    pub(super) indicator: Option<Indicator>,
    #[serde(default)]
    pub(super) indicator_ref: Option<String>,
    /// One rolling window.
    pub(super) time_window: Vec<TimeWindow>,
    /// `Occurrences`.
    pub(super) budgeting_method: String,
    /// One objective.
    pub(super) objectives: Vec<Target>,
    #[serde(default, rename = "alertPolicies")]
    pub(super) _alert_policies: Option<Value>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Indicator {
    #[serde(default, rename = "metadata")]
    pub(super) _metadata: Option<Value>,
    pub(super) spec: SliSpec,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SliSpec {
    #[serde(default, rename = "description")]
    pub(super) _description: Option<String>,
    #[serde(default)]
    pub(super) ratio_metric: Option<RatioMetric>,
    #[serde(default)]
    pub(super) threshold_metric: Option<Value>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RatioMetric {
    #[serde(default, rename = "counter")]
    pub(super) _counter: Option<bool>,
    #[serde(default)]
    pub(super) good: Option<Metric>,
    #[serde(default)]
    pub(super) bad: Option<Metric>,
    /// All events.
    pub(super) total: Metric,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Metric {
    /// Where the number comes from.
    pub(super) metric_source: MetricSource,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MetricSource {
    #[serde(default, rename = "metricSourceRef")]
    pub(super) _metric_source_ref: Option<String>,
    #[serde(default, rename = "type")]
    pub(super) _kind: Option<String>,
    /// The source's own fields; `query` is the one read here.
    pub(super) spec: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TimeWindow {
    /// The period, such as `30d`.
    pub(super) duration: String,
    #[serde(default)]
    pub(super) is_rolling: bool,
    #[serde(default)]
    pub(super) calendar: Option<Value>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Target {
    #[serde(default, rename = "displayName")]
    pub(super) _display_name: Option<String>,
    #[serde(default, rename = "target")]
    pub(super) ratio: Option<f64>,
    #[serde(default, rename = "targetPercent")]
    pub(super) percent: Option<f64>,
}
