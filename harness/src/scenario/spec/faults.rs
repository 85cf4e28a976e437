//! What is broken on purpose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{DurationText, PercentText, StatusText};

/// Faults of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FaultsSpec {
    /// Faults that the service's own metrics see.
    #[serde(default)]
    pub inner: Vec<RouteFaultSpec>,
    /// Faults in front of them, which they do not see.
    #[serde(default)]
    pub outer: Vec<RouteFaultSpec>,
    /// The telemetry itself lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<TelemetryFaultSpec>,
}

/// Errors or latency on one route, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteFaultSpec {
    /// Name of a route of this scenario.
    pub route: String,
    /// Share of requests that are answered with an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<PercentText>,
    /// Status of those; by default 500 for inner faults and 502 for outer ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 400, "maximum" = 599))]
    pub status: Option<u16>,
    /// Added to every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<DurationText>,
}

/// Lies of the telemetry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TelemetryFaultSpec {
    /// Increments of the request counter are lost.
    pub drop_counter: DropCounterSpec,
}

/// Which increments are lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DropCounterSpec {
    /// Share that is lost.
    pub share: PercentText,
    /// Only for this status or class; by default for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusText>,
}
