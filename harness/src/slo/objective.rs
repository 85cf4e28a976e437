//! The checked form of one SLO.

use serde::{Deserialize, Serialize};

use crate::model::Millis;

/// A target over a period, event-based.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The SLO document's `metadata.name`.
    pub name: String,
    /// What it promises, in words.
    pub description: String,
    /// Share of events that must be good, strictly between 0 and 1.
    pub target: f64,
    /// The period in production time; not divided by the time scale.
    pub period: Millis,
    /// The document's query for bad (or good) and total events, as written; for the report.
    pub queries: Vec<(String, String)>,
}

impl Objective {
    /// Share of events that may be bad: `1 - target`.
    pub fn budget(&self) -> f64 {
        1.0 - self.target
    }
}
