//! The four processes of a stack.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A process that the stack owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Component {
    /// Scrapes the target and evaluates the Prometheus rules.
    Prometheus,
    /// Receives alerts and calls the webhook.
    Alertmanager,
    /// Stores the target's log lines and evaluates the Loki rules.
    Loki,
    /// The service under test.
    Target,
}

impl Component {
    /// The name used in the state file, log file names and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Alertmanager => "alertmanager",
            Self::Loki => "loki",
            Self::Target => "target",
        }
    }

    /// Path that answers 200 once the component serves; `None` for the target, whose path is
    /// configuration.
    pub(crate) fn readiness_path(self) -> Option<&'static str> {
        match self {
            Self::Prometheus | Self::Alertmanager => Some("/-/ready"),
            Self::Loki => Some("/ready"),
            Self::Target => None,
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
