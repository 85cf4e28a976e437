//! Answers, kept with the question they belong to.

use serde::{Deserialize, Serialize};

use super::alert::AlertLog;
use super::notification::Notification;
use super::quantity::Timestamp;
use super::question::Question;
use super::rule::RuleGroup;
use super::series::Series;

/// One question, who was asked, when, and the answer. Kept as `evidence/NNNN.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Number in the run directory, from 1.
    pub id: u32,
    /// What was asked.
    pub question: Question,
    /// Base URL of the server, or `observer` for what was recorded during the run.
    pub source: String,
    /// The request as it was sent, with the moments filled in; for people and `curl`.
    pub asked: String,
    /// When the answer came.
    pub at: Timestamp,
    /// The answer.
    pub answer: Answer,
    /// The server's body as received, where it was JSON.
    pub raw: Option<serde_json::Value>,
}

/// Empty is not zero, and no answer is not empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Something was there.
    Value(Reading),
    /// The server answered, and nothing was there.
    Empty,
    /// The server understood the request and refused the question itself: it does not parse or makes no sense to
    /// it (HTTP 400 or 422, `bad_data`). Asking again cannot help.
    Rejected {
        /// The server's words.
        error: String,
    },
    /// The server did not answer, failed, or is not part of this scenario.
    Unavailable {
        /// What went wrong, in words that fit after "no answer: ".
        error: String,
    },
}

/// A typed answer; which one belongs to which question is said at `Question`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Time series.
    Series(Vec<Series>),
    /// Loaded rule groups.
    Rules(Vec<RuleGroup>),
    /// A text.
    Text(String),
    /// Alert states over the run.
    Alerts(AlertLog),
    /// Deliveries in order of arrival; an empty list is `Answer::Value` with no element when the receiver was up.
    Notifications(Vec<Notification>),
}

/// All evidence of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvidenceSet {
    items: Vec<Evidence>,
}

impl EvidenceSet {
    /// Keeps the items in order of their ids.
    pub fn new(mut items: Vec<Evidence>) -> Self {
        items.sort_by_key(|e| e.id);
        Self { items }
    }

    /// The evidence for a question, if it was collected.
    pub fn find(&self, question: &Question) -> Option<&Evidence> {
        self.items.iter().find(|e| e.question == *question)
    }

    /// All items in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Evidence> {
        self.items.iter()
    }
}
