//! Webhook deliveries: the true end of the alerting chain.

use serde::{Deserialize, Serialize};

use super::quantity::Timestamp;
use super::series::Labels;

/// One alert inside one delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// When the webhook arrived.
    pub at: Timestamp,
    /// Firing or resolved.
    pub status: NotificationStatus,
    /// Which receiver of Alertmanager's configuration sent it.
    pub receiver: String,
    /// The alert's labels, `alertname` among them.
    pub labels: Labels,
    /// The alert's annotations.
    pub annotations: Labels,
    /// When the ruler says the alert began to fire.
    pub starts_at: Option<Timestamp>,
}

impl Notification {
    /// The alert's name, or the empty string.
    pub fn alert_name(&self) -> &str {
        self.labels.get("alertname").map_or("", String::as_str)
    }
}

/// What a delivery says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationStatus {
    /// The alert fires.
    Firing,
    /// It no longer does.
    Resolved,
}
