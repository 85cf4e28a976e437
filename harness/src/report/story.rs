//! The order in which people hear of findings: what broke first, what follows from it, then the rest.

use std::collections::BTreeSet;

use super::document::Document;
use crate::model::{CheckId, Finding, Hop, Severity, Status};

/// The findings of a document, each in exactly one place.
#[derive(Debug, Default)]
pub(crate) struct Story<'a> {
    /// Failures that no earlier one explains.
    pub(crate) failed: Vec<Told<'a>>,
    /// Undecided ones that no earlier finding explains.
    pub(crate) undecided: Vec<Told<'a>>,
    /// Told without weight, whatever their status but pass.
    pub(crate) warnings: Vec<&'a Finding>,
    /// Passed.
    pub(crate) passed: Vec<&'a Finding>,
    /// Not asked for.
    pub(crate) skipped: Vec<&'a Finding>,
}

/// A finding and what follows from it.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) followers: Vec<&'a Finding>,
}

impl<'a> Story<'a> {
    /// Sorts a document's findings into their places, keeping the document's order within each.
    pub(crate) fn of(doc: &'a Document) -> Self {
        let mut story = Self::default();
        let mut followers: Vec<(&CheckId, &Finding)> = Vec::new();
        for finding in &doc.findings {
            let weighs = finding.severity == Severity::Error;
            match &finding.status {
                Status::Pass => story.passed.push(finding),
                _ if !weighs => story.warnings.push(finding),
                Status::Skipped { .. } => story.skipped.push(finding),
                status => match root(doc, finding) {
                    Some(check) => followers.push((check, finding)),
                    None if *status == Status::Fail => story.failed.push(Told::new(finding)),
                    None => story.undecided.push(Told::new(finding)),
                },
            }
        }
        for (check, finding) in followers {
            // After the last finding of the check it follows from, so that it is told once.
            let cause = story
                .failed
                .iter_mut()
                .rev()
                .chain(story.undecided.iter_mut().rev())
                .find(|told| told.finding.check == *check);
            if let Some(told) = cause {
                told.followers.push(finding);
            }
        }
        story
    }
}

impl<'a> Told<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            finding,
            followers: Vec::new(),
        }
    }
}

/// Whether the finding weighs and is neither passed nor skipped.
fn is_open(finding: &Finding) -> bool {
    finding.severity == Severity::Error
        && matches!(finding.status, Status::Fail | Status::Inconclusive)
}

/// The check at the end of the line of causes; `None` if the finding stands for itself, its cause is not in the
/// document, or the causes go round in a circle.
fn root<'a>(doc: &'a Document, finding: &'a Finding) -> Option<&'a CheckId> {
    let mut seen = BTreeSet::from([&finding.check]);
    let mut cause = finding.follows_from.as_ref()?;
    loop {
        if !seen.insert(cause) {
            return None;
        }
        let of_cause = || {
            doc.findings
                .iter()
                .filter(|f| is_open(f) && f.check == *cause)
        };
        if of_cause().any(|f| f.follows_from.is_none()) {
            return Some(cause);
        }
        cause = of_cause().find_map(|f| f.follows_from.as_ref())?;
    }
}

/// The hops that have findings, in the order the truth travels.
pub(crate) fn hops_with_findings(doc: &Document) -> Vec<(Hop, Vec<&Finding>)> {
    Hop::ALL
        .into_iter()
        .map(|hop| (hop, doc.findings.iter().filter(|f| f.hop == hop).collect()))
        .filter(|(_, findings): &(Hop, Vec<&Finding>)| !findings.is_empty())
        .collect()
}

/// The mark of a status word, also readable without colour.
pub(crate) fn mark(status: &str) -> &'static str {
    match status {
        "pass" => "✔",
        "fail" => "✖",
        "inconclusive" => "?",
        "warning" => "!",
        _ => "–",
    }
}
