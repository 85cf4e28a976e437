//! How an SRE would select the service's telemetry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{DurationText, StatusText};

/// Signals; each is optional.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SignalsSpec {
    /// The counter of finished requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<RequestsSpec>,
    /// The histogram of request durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencySpec>,
    /// The log lines of failed requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_logs: Option<ErrorLogsSpec>,
}

/// The request counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RequestsSpec {
    /// PromQL selector, such as `http_requests_total{job="kv"}`.
    pub selector: String,
    /// Names of its labels.
    #[serde(default)]
    pub labels: LabelsWithStatusSpec,
}

/// The latency histogram, classic, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LatencySpec {
    /// PromQL selector of the `_bucket` series.
    pub selector: String,
    /// Names of its labels.
    #[serde(default)]
    pub labels: RouteLabelNamesSpec,
    /// The quantile to compare, above 0 and below 1.
    #[serde(default = "p95")]
    pub quantile: f64,
    /// How much longer a request may look to the client than to the server.
    #[serde(default = "ten_milliseconds")]
    pub allowed_gap: DurationText,
}

/// Error lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ErrorLogsSpec {
    /// LogQL that selects one line per failed request and extracts its labels.
    pub selector: String,
    /// Which statuses write such a line.
    #[serde(default = "server_errors")]
    pub statuses: StatusText,
    /// Names of its labels.
    #[serde(default)]
    pub labels: LabelsWithStatusSpec,
}

/// Label names; what is absent, the signal does not tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LabelsWithStatusSpec {
    /// Name of the route label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Name of the method label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Name of the status label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// Label names of a signal without a status.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteLabelNamesSpec {
    /// Name of the route label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Name of the method label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

fn p95() -> f64 {
    0.95
}

fn ten_milliseconds() -> DurationText {
    "10ms".into()
}

fn server_errors() -> StatusText {
    "5xx".into()
}
