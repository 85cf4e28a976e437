//! Where the service and its telemetry are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::DurationText;

/// The service under load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TargetSpec {
    /// Base URL, such as `http://127.0.0.1:8000`, `https://kv.test` or `unix:/run/kv.sock`.
    pub url: String,
    /// For `https`: PEM file of the certificate authorities to trust, relative to this file; by default this machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// For `https`: trust any certificate. For test systems only.
    #[serde(default)]
    pub insecure: bool,
    /// Speak HTTP/2: over TLS by ALPN, else by prior knowledge. Otherwise HTTP/1.1 is spoken; it is never negotiated.
    #[serde(default)]
    pub http2: bool,
    /// Base URL of its fault API; needed when a phase has faults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<String>,
}

/// Telemetry servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TelemetrySpec {
    /// Prometheus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<PrometheusSpec>,
    /// Loki.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loki: Option<LokiSpec>,
    /// Alertmanager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alertmanager: Option<AlertmanagerSpec>,
    /// How long to wait at most, after the load, for the telemetry to catch up.
    #[serde(default = "settle_timeout")]
    pub settle_timeout: DurationText,
}

/// A Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PrometheusSpec {
    /// Base URL.
    pub url: String,
    /// How often it scrapes the service.
    #[serde(default = "fifteen_seconds")]
    pub scrape_interval: DurationText,
    /// How often it evaluates rules whose group has no interval of its own.
    #[serde(default = "fifteen_seconds")]
    pub evaluation_interval: DurationText,
}

/// A Loki.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LokiSpec {
    /// Base URL.
    pub url: String,
}

/// An Alertmanager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AlertmanagerSpec {
    /// Base URL.
    pub url: String,
    /// Address at which to listen for its webhooks, such as `127.0.0.1:9099`; absent means that deliveries are not
    /// seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_listen: Option<String>,
}

fn settle_timeout() -> DurationText {
    "20s".into()
}

fn fifteen_seconds() -> DurationText {
    "15s".into()
}
