//! The format, 1:1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

type Texts = BTreeMap<String, String>;

/// A document: one SLO.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PyrraSlo {
    /// `pyrra.dev/v1alpha1`.
    pub api_version: String,
    /// `ServiceLevelObjective`.
    pub kind: String,
    /// Its name.
    pub metadata: Metadata,
    /// What it says.
    pub spec: PyrraSpec,
}

/// Names and labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The name.
    pub name: String,
    /// The Kubernetes namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Those with the prefix `pyrra.dev/` become labels of the rules.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub labels: Texts,
    /// Those with the prefix `pyrra.dev/` become annotations of the alerts.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub annotations: Texts,
}

/// A promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PyrraSpec {
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Percentage that must be good, as a text.
    pub target: String,
    /// The period, such as `4w`.
    pub window: String,
    /// What is measured.
    pub indicator: Indicator,
    /// How it alerts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alerting: Alerting,
    /// For Thanos only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_response_strategy: Option<String>,
    /// Whether the period is summed from five-minute increases.
    #[serde(
        default,
        rename = "performanceOverAccuracy",
        skip_serializing_if = "Option::is_none"
    )]
    pub performance_over_accuracy: Option<bool>,
}

/// Exactly one of the forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Errors among all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
    /// A bucket of a classic histogram among all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// A fraction of a native histogram.
    #[serde(
        default,
        rename = "latencyNative",
        skip_serializing_if = "Option::is_none"
    )]
    pub latency_native: Option<LatencyNative>,
    /// A gauge that is 1 or 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bool_gauge: Option<BoolGauge>,
}

/// Errors among all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Bad events.
    pub errors: Metric,
    /// All events.
    pub total: Metric,
    /// One objective for each value of these labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grouping: Vec<String>,
}

/// A bucket of a classic histogram among all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// The bucket, by `le`.
    pub success: Metric,
    /// All events.
    pub total: Metric,
    /// One objective for each value of these labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grouping: Vec<String>,
}

/// A fraction of a native histogram.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LatencyNative {
    /// What is fast enough, such as `200ms`.
    pub latency: String,
    /// The histogram.
    pub total: Metric,
    /// One objective for each value of these labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grouping: Vec<String>,
}

/// A gauge that is 1 or 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoolGauge {
    /// A selector.
    pub metric: String,
    /// One objective for each value of these labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grouping: Vec<String>,
}

/// A selector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Such as `http_requests_total{job="api"}`.
    pub metric: String,
}

/// The alerts of an SLO.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Alerting {
    /// Whether there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Whether burn rates alert; true unless written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burnrates: Option<bool>,
    /// Whether missing series alert; true unless written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<bool>,
    /// `ErrorBudgetBurn` unless written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `SLOMetricAbsent` unless written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_name: Option<String>,
}

fn is_default(alerting: &Alerting) -> bool {
    *alerting == Alerting::default()
}

impl PyrraSlo {
    /// The target as a share; `None` if it is no percentage above 0 and below 100.
    pub fn target(&self) -> Option<f64> {
        let percent = self.spec.target.trim().parse::<f64>().ok()?;
        (percent > 0.0 && percent < 100.0).then_some(percent / 100.0)
    }
}
