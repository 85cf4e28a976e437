//! Recording and alerting rules, as written in a file or as loaded by a ruler.

use serde::{Deserialize, Serialize};

use super::quantity::Millis;
use super::series::Labels;

/// Which ruler evaluates a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// PromQL, evaluated by Prometheus.
    Prometheus,
    /// LogQL, evaluated by Loki's ruler.
    Loki,
}

impl std::fmt::Display for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Prometheus => "prometheus",
            Self::Loki => "loki",
        })
    }
}

/// Rules that are evaluated together, in order, at one interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleGroup {
    /// The group's name.
    pub name: String,
    /// Its own interval; `None` means the ruler's global one.
    pub interval: Option<Millis>,
    /// The rules in file order.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Alert or recording.
    pub kind: RuleKind,
    /// The alert's name or the recorded metric's name.
    pub name: String,
    /// The expression as text.
    pub expr: String,
    /// How long the expression must hold before the alert fires.
    pub hold: Millis,
    /// How long the alert keeps firing after the expression stopped holding.
    pub keep_firing_for: Millis,
    /// Labels added.
    pub labels: Labels,
    /// Annotations (alerts only).
    pub annotations: Labels,
    /// The ruler's last error with this rule; always `None` for a rule read from a file.
    pub last_error: Option<String>,
}

/// What a rule produces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// An alert.
    Alert,
    /// A recorded series.
    Record,
}
