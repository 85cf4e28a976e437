//! One SLO as its document has it: the objective, and what is needed to compile it.

use std::collections::BTreeMap;

use super::objective::Objective;

/// A checked SLO document.
#[derive(Debug, Clone, PartialEq)]
pub struct Slo {
    /// What it promises.
    pub objective: Objective,
    /// The service that promises it.
    pub service: Option<String>,
    /// The document's labels, several values joined by commas.
    pub labels: BTreeMap<String, String>,
    /// What is counted.
    pub indicator: Indicator,
}

/// Good or bad events among all events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Which events the part counts.
    pub part: Part,
    /// Query of the part.
    pub part_query: String,
    /// Query of all events.
    pub total_query: String,
}

/// Which events are counted beside all events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that keep the promise.
    Good,
    /// Those that break it.
    Bad,
}
