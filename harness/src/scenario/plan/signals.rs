//! How an SRE would select the service's requests, latency and error lines.

use serde::{Deserialize, Serialize};

use crate::model::Millis;

/// How to select the service's telemetry. Absent parts are not checked, and the report says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// The request counter.
    pub requests: Option<RequestSignal>,
    /// The latency histogram.
    pub latency: Option<LatencySignal>,
    /// Error lines.
    pub error_logs: Option<LogSignal>,
}

/// A counter of finished requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestSignal {
    /// PromQL selector of the counter, e.g. `http_requests_total{job="kv"}`.
    pub selector: String,
    /// Name of the route label, if there is one.
    pub route_label: Option<String>,
    /// Name of the method label.
    pub method_label: Option<String>,
    /// Name of the status label.
    pub status_label: Option<String>,
}

/// A classic histogram of request durations in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatencySignal {
    /// PromQL selector of the `_bucket` series, e.g. `http_request_duration_seconds_bucket{job="kv"}`.
    pub selector: String,
    /// Name of the route label.
    pub route_label: Option<String>,
    /// Name of the method label.
    pub method_label: Option<String>,
    /// The quantile to compare, 0 to 1; 0.95 by default.
    pub quantile: f64,
    /// How much longer a request may look to the client than to the server (network, queues, scheduling).
    pub allowed_gap: Millis,
}

/// A log query that yields one line per failed request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogSignal {
    /// LogQL selector with parsers and filters.
    pub selector: String,
    /// Which of the ledger's responses must have such a line: inclusive status range.
    pub statuses: (u16, u16),
    /// Name of the route label after parsing.
    pub route_label: Option<String>,
    /// Name of the method label after parsing.
    pub method_label: Option<String>,
    /// Name of the status label after parsing.
    pub status_label: Option<String>,
}
