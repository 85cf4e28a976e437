//! The judgement over all findings.

use serde::{Deserialize, Serialize};

use super::finding::{CheckId, Finding};

/// What a run proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictOutcome {
    /// Everything that was looked at is as it must be, and something was looked at.
    Pass,
    /// At least one objective or expectation is violated.
    Fail,
    /// Nothing is violated, but evidence is missing or the generator cannot be trusted.
    Invalid,
}

impl VerdictOutcome {
    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Invalid => "INVALID",
        }
    }
}

/// How many findings there are of each status (warnings apart).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Passed.
    pub pass: u32,
    /// Failed.
    pub fail: u32,
    /// Could not be decided.
    pub inconclusive: u32,
    /// Not asked for.
    pub skipped: u32,
    /// Findings of weight `Warning`, whatever their status but pass.
    pub warnings: u32,
}

/// The one sorted judgement that every renderer shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Pass, fail or invalid.
    pub outcome: VerdictOutcome,
    /// The rule that was applied, in words.
    pub policy: String,
    /// One sentence for a manager.
    pub sentence: String,
    /// The failing check that comes first on the way of the data; `None` unless the outcome is fail.
    pub origin: Option<CheckId>,
    /// Counts by status.
    pub counts: Counts,
    /// Sorted: failures first, then undecided, then by hop, check and subject.
    pub findings: Vec<Finding>,
}
