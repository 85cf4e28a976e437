//! The fault set as written by the caller: one to one with the JSON, nothing checked but shape.

use serde::{Deserialize, Serialize};

use super::{CourseSpec, LogFaultSpec, StatusFilter};

/// Everything that shall go wrong. Empty: nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultSpec {
    /// Below the metrics layer, in order.
    pub inner: Vec<RouteFaultSpec>,
    /// Above the metrics layer, in order.
    pub outer: Vec<RouteFaultSpec>,
    /// In the metrics themselves.
    pub telemetry: TelemetryFaultSpec,
}

/// Errors and latency on one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFaultSpec {
    /// Route template, such as `/v1/kv/{key}`, or `unmatched`.
    pub route: String,
    /// One method in capitals; any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Share of the requests that fail, in `0..=1`.
    #[serde(default)]
    pub error_ratio: f64,
    /// Status of those that fail, `400..=599`. Absent: 500 for inner faults, 502 for outer ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Extra latency of every request, in milliseconds, `0..=60000`.
    #[serde(default)]
    pub latency_ms: u64,
    /// When it is in force; ratio and latency are multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// Lies of metrics and logs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryFaultSpec {
    /// Lost increments of `http_requests_total`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_counter: Option<CounterFaultSpec>,
    /// Request lines that lie, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogFaultSpec>,
}

/// Lost increments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterFaultSpec {
    /// Share of the increments that are lost, in `0..=1`.
    pub ratio: f64,
    /// Only increments with this status; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusFilter>,
    /// When it is in force; the ratio is multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}
