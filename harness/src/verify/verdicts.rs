//! Findings in the name of a check: id and hop come from its `Meta`, so that no check can sign for another.

use super::case::{Answered, Case};
use super::check::Meta;
use crate::model::{Evidence, Finding, Question, Reading, Series, Status};

impl Meta {
    /// Looked at, and as it must be.
    pub(crate) fn pass(&self, subject: impl Into<String>, summary: impl Into<String>) -> Finding {
        Finding::new(self.id, self.hop, subject, Status::Pass, summary)
    }

    /// Looked at, and not as it must be.
    pub(crate) fn fail(&self, subject: impl Into<String>, summary: impl Into<String>) -> Finding {
        Finding::new(self.id, self.hop, subject, Status::Fail, summary)
    }

    /// Could not be decided.
    pub(crate) fn undecided(
        &self,
        subject: impl Into<String>,
        summary: impl Into<String>,
    ) -> Finding {
        Finding::new(self.id, self.hop, subject, Status::Inconclusive, summary)
    }

    /// Not asked for by this scenario.
    pub(crate) fn skipped(&self, subject: impl Into<String>, why: impl Into<String>) -> Finding {
        let why = why.into();
        let status = Status::Skipped { why: why.clone() };
        Finding::new(self.id, self.hop, subject, status, why)
    }

    /// A server gave no answer, so nothing can be said about `subject`.
    pub(crate) fn unanswered(
        &self,
        subject: impl Into<String>,
        server: &str,
        evidence: Option<&Evidence>,
        why: &str,
    ) -> Finding {
        self.undecided(subject, format!("no answer from {server}: {why}"))
            .hint(format!(
                "see that {server} is up and reachable from here, then run the scenario again"
            ))
            .evidence(evidence.map(|e| e.id))
    }

    /// A server understood the question and refused it: the scenario asks for something that cannot be asked.
    pub(crate) fn rejected(
        &self,
        subject: impl Into<String>,
        server: &str,
        evidence: &Evidence,
        why: &str,
    ) -> Finding {
        self.undecided(subject, format!("{server} refused the question: {why}"))
            .hint("correct the query in the scenario, and run it again")
            .evidence([evidence.id])
    }

    /// The series that answer a question, none where the server said that nothing is there; else the finding that
    /// says why nothing can be said about `subject`. What no series means is the check's to say.
    pub(crate) fn series<'a>(
        &self,
        case: &Case<'a>,
        question: &Question,
        subject: &str,
        server: &str,
    ) -> Result<(&'a Evidence, &'a [Series]), Box<Finding>> {
        let finding = match case.answer(question) {
            Answered::Value(evidence, Reading::Series(series)) => return Ok((evidence, series)),
            Answered::Empty(evidence) => return Ok((evidence, &[])),
            Answered::Value(evidence, _) => {
                let why = "the answer is not a list of series";
                self.unanswered(subject, server, Some(evidence), why)
            }
            Answered::Rejected(evidence, why) => self.rejected(subject, server, evidence, why),
            Answered::Missing { evidence, why } => self.unanswered(subject, server, evidence, why),
        };
        Err(Box::new(finding))
    }
}
