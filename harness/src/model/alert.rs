//! Alert states as the harness saw them while the load ran.

use serde::{Deserialize, Serialize};

use super::quantity::{Millis, Timestamp};
use super::rule::Engine;
use super::series::Labels;

/// The ruler an alert was seen in.
pub type AlertSource = Engine;

/// A state in the words of Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Not active.
    Inactive,
    /// Active, `for` not yet over.
    Pending,
    /// Firing.
    Firing,
}

/// A change of state of one alert instance, first seen at `at`; the true change lies at most one poll before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertTransition {
    /// When the new state was first seen.
    pub at: Timestamp,
    /// The alert's name.
    pub name: String,
    /// All labels but `alertname`.
    pub labels: Labels,
    /// The new state.
    pub state: AlertState,
}

/// Everything one observer saw of one ruler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertLog {
    /// Time between two polls: the resolution of every `at`.
    pub poll_interval: Millis,
    /// Polls answered.
    pub polls: u64,
    /// Polls that failed: the server did not answer, or not sensibly.
    pub failed_polls: u64,
    /// First and last answered poll, if any.
    pub covered: Option<(Timestamp, Timestamp)>,
    /// The longest time without an answered poll between the observer's start and stop.
    pub longest_gap: Millis,
    /// Alerts already active at the first answered poll appear as transitions at that poll.
    pub transitions: Vec<AlertTransition>,
}
