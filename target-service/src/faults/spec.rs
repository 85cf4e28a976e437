//! The fault set as written by the caller: one to one with the JSON, nothing checked but shape.

use serde::{Deserialize, Serialize};

use super::{
    CoarseBucketsSpec, HealthFaultSpec, InnerFaultSpec, LogFaultSpec, OuterFaultSpec,
    ResourceFaultSpec, RouteLabelSpec, ShareSpec, StaleTimestampSpec, StatusLabelSpec,
    StuckGaugeSpec, WholeSpec,
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
    /// In what the service says about itself.
    pub telemetry: TelemetryFaultSpec,
}

/// Lies of the telemetry, beside answers that are what they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryFaultSpec {
    /// Lost increments of `http_requests_total`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_counter: Option<ShareSpec>,
    /// Increments of `http_requests_total` by 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub double_counter: Option<ShareSpec>,
    /// A status recorded that was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_label: Option<StatusLabelSpec>,
    /// A route recorded that is no template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_label: Option<RouteLabelSpec>,
    /// Latencies in milliseconds under a name that says seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<ShareSpec>,
    /// Latency buckets too wide for any objective, and no native ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse_buckets: Option<CoarseBucketsSpec>,
    /// Series absent until their first event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lazy_series: Option<WholeSpec>,
    /// All counters begin at 0 again when it comes into force, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter_reset: Option<WholeSpec>,
    /// `http_requests_in_flight` does not move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stuck_gauge: Option<StuckGaugeSpec>,
    /// Samples with an old explicit timestamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_timestamp: Option<StaleTimestampSpec>,
    /// Request lines that lie, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogFaultSpec>,
}

fn is_default<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}
