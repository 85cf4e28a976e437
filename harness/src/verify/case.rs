//! Everything a check may look at.

use crate::ledger::Ledger;
use crate::model::{Answer, Evidence, EvidenceSet, Question, Reading, Timeline};
use crate::scenario::Plan;

/// One run, ready to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was planned.
    pub plan: &'a Plan,
    /// What was sent and what came back.
    pub ledger: &'a Ledger,
    /// What the telemetry says.
    pub evidence: &'a EvidenceSet,
    /// When things happened.
    pub timeline: &'a Timeline,
}

/// The answer to a question, as a check must see it: four cases, never a default.
#[derive(Debug, Clone, Copy)]
pub enum Answered<'a> {
    /// Something was there.
    Value(&'a Evidence, &'a Reading),
    /// The server answered that nothing was there.
    Empty(&'a Evidence),
    /// The server refused the question, in these words: the question is broken, not the server.
    Rejected(&'a Evidence, &'a str),
    /// No answer: not collected, or the server failed.
    Missing {
        /// The evidence item, when the attempt was recorded.
        evidence: Option<&'a Evidence>,
        /// Why.
        why: &'a str,
    },
}

impl<'a> Case<'a> {
    /// Looks a question up in the evidence.
    pub fn answer(&self, question: &Question) -> Answered<'a> {
        match self.evidence.find(question) {
            None => Answered::Missing {
                evidence: None,
                why: "it was never collected",
            },
            Some(evidence) => match &evidence.answer {
                Answer::Value(reading) => Answered::Value(evidence, reading),
                Answer::Empty => Answered::Empty(evidence),
                Answer::Rejected { error } => Answered::Rejected(evidence, error),
                Answer::Unavailable { error } => Answered::Missing {
                    evidence: Some(evidence),
                    why: error,
                },
            },
        }
    }
}
