//! What is broken on purpose, in the form the target's fault API takes.

use serde::{Deserialize, Serialize};

/// A fault set, in the form the target's fault API takes (`PUT /faults`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Faults {
    /// Seen by the service's own metrics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inner: Vec<RouteFault>,
    /// Unseen by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outer: Vec<RouteFault>,
    /// The telemetry itself lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<TelemetryFault>,
}

/// Errors and latency on one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteFault {
    /// The service's name of the route.
    pub route: String,
    /// HTTP method; `None` = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Share of requests answered with `status`.
    pub error_ratio: f64,
    /// The status of those.
    pub status: u16,
    /// Added to every request, in milliseconds.
    pub latency_ms: u64,
}

/// A lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryFault {
    /// Request counter increments are lost.
    pub drop_counter: DropCounter,
}

/// Which increments are lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DropCounter {
    /// Share lost.
    pub ratio: f64,
    /// Only for this status or class (`5xx`); `None` = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}
