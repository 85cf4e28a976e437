//! The fault set as written by the caller: one to one with the JSON, nothing checked but shape.

use serde::{Deserialize, Serialize};

use super::{
    CourseSpec, HealthFaultSpec, InnerFaultSpec, LogFaultSpec, OuterFaultSpec, ResourceFaultSpec,
    StatusFilter,
};

/// Everything that shall go wrong. Empty: nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultSpec {
    /// Below the metrics layer, in order.
    pub inner: Vec<InnerFaultSpec>,
    /// Above the metrics layer, in order.
    pub outer: Vec<OuterFaultSpec>,
    /// In what the process has to live on.
    #[serde(skip_serializing_if = "is_default")]
    pub resource: ResourceFaultSpec,
    /// In the probes.
    #[serde(skip_serializing_if = "is_default")]
    pub health: HealthFaultSpec,
    /// In the metrics themselves.
    pub telemetry: TelemetryFaultSpec,
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

fn is_default<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}
