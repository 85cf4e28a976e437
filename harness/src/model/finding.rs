//! What a check found.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Identity of a check, `group/name`; the same in code, docs, JSON, JUnit and on the terminal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckId(pub String);

impl CheckId {
    /// The part before the slash.
    pub fn group(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl From<&str> for CheckId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A hop of the chain from the load to the error budget, in the order the truth travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// The load generator and its ledger.
    Load,
    /// The service's request counters.
    Counters,
    /// Its latency histograms.
    Latency,
    /// Its logs.
    Logs,
    /// Recording and alerting rules.
    Rules,
    /// Alerts.
    Alerts,
    /// Notifications.
    Notifications,
    /// Dashboards.
    Dashboards,
    /// Error budgets and objectives.
    Budget,
}

impl Hop {
    /// All hops in order.
    pub const ALL: [Self; 9] = [
        Self::Load,
        Self::Counters,
        Self::Latency,
        Self::Logs,
        Self::Rules,
        Self::Alerts,
        Self::Notifications,
        Self::Dashboards,
        Self::Budget,
    ];

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Counters => "counters",
            Self::Latency => "latency",
            Self::Logs => "logs",
            Self::Rules => "rules",
            Self::Alerts => "alerts",
            Self::Notifications => "notifications",
            Self::Dashboards => "dashboards",
            Self::Budget => "error budget",
        }
    }
}

/// How one subject fared in one check. In JSON a word, `status`, in the finding itself; a skipped one has `why` beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// Looked at, and as it must be.
    Pass,
    /// Looked at, and not as it must be.
    Fail,
    /// Could not be decided: evidence is missing or the instrument was not fit.
    Inconclusive,
    /// Not asked for by this scenario.
    Skipped {
        /// Why, in words that fit after "skipped: ".
        why: String,
    },
}

impl Status {
    /// The word used in JSON, JUnit and on the terminal.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Decides the verdict.
    Error,
    /// Is told, and does not change the verdict.
    Warning,
}

/// One judgement about one subject. Plain words, numbers with unit and sample count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check.
    pub check: CheckId,
    /// Which hop of the chain it belongs to.
    pub hop: Hop,
    /// What was looked at: a route, a rule, an alert, a panel.
    pub subject: String,
    /// How it fared.
    #[serde(flatten)]
    pub status: Status,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence fragment: what is so.
    pub summary: String,
    /// What the ledger or the plan says.
    pub expected: String,
    /// What the evidence says.
    pub observed: String,
    /// Ids of the evidence it rests on.
    pub evidence: Vec<u32>,
    /// What to look at or to change; empty on a pass.
    pub hint: String,
    /// An earlier failing check that explains this one, if there is one.
    pub follows_from: Option<CheckId>,
}

impl Finding {
    /// A finding of weight `Error` without evidence or hint; the `with_*` methods add them.
    pub fn new(
        check: &str,
        hop: Hop,
        subject: impl Into<String>,
        status: Status,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            check: check.into(),
            hop,
            subject: subject.into(),
            status,
            severity: Severity::Error,
            summary: summary.into(),
            expected: String::new(),
            observed: String::new(),
            evidence: Vec::new(),
            hint: String::new(),
            follows_from: None,
        }
    }

    /// Sets what the ledger or the plan says.
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = text.into();
        self
    }

    /// Sets what the evidence says.
    pub fn observed(mut self, text: impl Into<String>) -> Self {
        self.observed = text.into();
        self
    }

    /// Sets the advice.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = text.into();
        self
    }

    /// Adds evidence ids; each is kept once, in order.
    pub fn evidence(mut self, ids: impl IntoIterator<Item = u32>) -> Self {
        self.evidence.extend(ids);
        self.evidence.sort_unstable();
        self.evidence.dedup();
        self
    }

    /// Makes it a warning.
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_a_word_that_a_script_can_compare() {
        let why = "no Loki".to_owned();
        let skipped = Finding::new(
            "logs/count",
            Hop::Logs,
            "lines",
            Status::Skipped { why },
            "",
        );
        let json = serde_json::to_value(&skipped).unwrap();
        assert_eq!(
            (&json["status"], &json["why"]),
            (&"skipped".into(), &"no Loki".into())
        );
        assert_eq!(serde_json::from_value::<Finding>(json).unwrap(), skipped);
        let passed = Finding::new("logs/count", Hop::Logs, "lines", Status::Pass, "");
        assert_eq!(serde_json::to_value(&passed).unwrap()["status"], "pass");
    }
}
