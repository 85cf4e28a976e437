//! Where the service and its telemetry are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret;
use crate::model::{Engine, Millis};

/// The service under load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetPlan {
    /// Base URL; `None` means the local stack's reference service.
    #[serde(serialize_with = "secret::url")]
    pub url: Option<String>,
    /// Base URL of its fault API; `None` means the stack's, or no faults where `url` is given.
    #[serde(serialize_with = "secret::url")]
    pub fault_url: Option<String>,
    /// How it is connected to.
    #[serde(default)]
    pub connect: ConnectPlan,
}

/// How a service is connected to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectPlan {
    /// PEM file of the certificate authorities to trust; `None` = this machine's.
    pub ca_file: Option<PathBuf>,
    /// Trust any certificate.
    pub insecure: bool,
    /// Speak HTTP/2 rather than HTTP/1.1.
    pub http2: bool,
}

/// Telemetry servers. All three absent and `stack` true is the default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryPlan {
    /// Use the local stack for what has no URL of its own.
    pub stack: bool,
    /// Prometheus, if the scenario names one by URL.
    #[serde(serialize_with = "secret::url")]
    pub prometheus: Option<String>,
    /// Loki.
    #[serde(serialize_with = "secret::url")]
    pub loki: Option<String>,
    /// Alertmanager.
    #[serde(serialize_with = "secret::url")]
    pub alertmanager: Option<String>,
    /// Address at which the harness listens for webhooks, `host:port`; `None` without the stack: no receiver.
    pub webhook_listen: Option<String>,
    /// How often Prometheus scrapes the service.
    pub scrape_interval: Millis,
    /// How often rules are evaluated when a group has no interval of its own.
    pub evaluation_interval: Millis,
    /// How long to wait at most for the telemetry to catch up after the load.
    pub settle_timeout: Millis,
}

impl TelemetryPlan {
    /// Whether the scenario has a ruler of this kind.
    pub fn has(&self, engine: Engine) -> bool {
        self.stack
            || match engine {
                Engine::Prometheus => self.prometheus.is_some(),
                Engine::Loki => self.loki.is_some(),
            }
    }

    /// Whether deliveries can be received.
    pub fn has_receiver(&self) -> bool {
        self.stack || self.webhook_listen.is_some()
    }
}
