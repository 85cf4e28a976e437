//! The findings by hop, each with what it rests on.

use serde::Serialize;

use super::chain;
use crate::model::{Finding, Severity, Status};
use crate::report::document::{Document, EvidenceInfo};
use crate::report::format::evidence_file;
use crate::report::story::{hops_with_findings, mark};

/// All findings.
#[derive(Debug, Serialize)]
pub(super) struct FindingsView {
    hops: Vec<HopFindings>,
}

#[derive(Debug, Serialize)]
struct HopFindings {
    title: &'static str,
    anchor: String,
    findings: Vec<FindingView>,
}

#[derive(Debug, Serialize)]
struct FindingView {
    anchor: String,
    /// The status word, or `warning` for what does not weigh.
    kind: &'static str,
    mark: &'static str,
    /// Stands open at first.
    open: bool,
    check: String,
    subject: String,
    summary: String,
    /// Label and text, empty ones left out.
    rows: Vec<(&'static str, String)>,
    follows_from: Option<Cause>,
    evidence: Vec<EvidenceView>,
}

#[derive(Debug, Serialize)]
struct Cause {
    check: String,
    /// Absent when the cause is not in the document.
    anchor: Option<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceView {
    file: String,
    source: String,
    asked: String,
    answer: String,
}

impl FindingsView {
    /// The view of a document's findings.
    pub(super) fn of(doc: &Document) -> Self {
        let hops = hops_with_findings(doc)
            .into_iter()
            .map(|(hop, findings)| HopFindings {
                title: hop.title(),
                anchor: chain::anchor(hop.title()),
                findings: findings
                    .into_iter()
                    .map(|f| FindingView::of(doc, f))
                    .collect(),
            })
            .collect();
        Self { hops }
    }
}

impl FindingView {
    fn of(doc: &Document, finding: &Finding) -> Self {
        let kind = kind(finding);
        // A doubt is told in other words than a lie: nobody is accused.
        let labels = match finding.status {
            Status::Inconclusive => ["needed", "found", "change"],
            _ => ["expected", "observed", "try"],
        };
        let mut rows: Vec<(&'static str, String)> = labels
            .into_iter()
            .zip([&finding.expected, &finding.observed, &finding.hint])
            .map(|(label, text)| (label, text.clone()))
            .collect();
        if let Status::Skipped { why } = &finding.status {
            rows.push(("skipped", why.clone()));
        }
        rows.retain(|(_, text)| !text.is_empty());
        Self {
            anchor: anchor(doc, finding),
            kind,
            mark: mark(kind),
            open: matches!(kind, "fail" | "inconclusive") && finding.follows_from.is_none(),
            check: finding.check.to_string(),
            subject: finding.subject.clone(),
            summary: finding.summary.clone(),
            rows,
            follows_from: finding.follows_from.as_ref().map(|check| Cause {
                check: check.to_string(),
                anchor: doc
                    .findings
                    .iter()
                    .find(|f| f.check == *check && kind_is_open(f))
                    .map(|f| anchor(doc, f)),
            }),
            evidence: finding
                .evidence
                .iter()
                .map(|id| EvidenceView::of(*id, doc.evidence.iter().find(|e| e.id == *id)))
                .collect(),
        }
    }
}

impl EvidenceView {
    /// The link stands even if the document has no words for this piece.
    fn of(id: u32, info: Option<&EvidenceInfo>) -> Self {
        let text = |pick: fn(&EvidenceInfo) -> &String| info.map(pick).cloned().unwrap_or_default();
        Self {
            file: evidence_file(id),
            source: text(|e| &e.source),
            asked: text(|e| &e.asked),
            answer: text(|e| &e.answer),
        }
    }
}

fn kind(finding: &Finding) -> &'static str {
    match (&finding.status, finding.severity) {
        (Status::Pass, _) => "pass",
        (_, Severity::Warning) => "warning",
        (status, Severity::Error) => status.word(),
    }
}

fn kind_is_open(finding: &Finding) -> bool {
    matches!(kind(finding), "fail" | "inconclusive")
}

/// The id of a finding on the page: its place in the document, for a check may have many.
pub(super) fn anchor(doc: &Document, finding: &Finding) -> String {
    let place = doc.findings.iter().position(|f| std::ptr::eq(f, finding));
    format!("finding-{}", place.map_or(0, |index| index + 1))
}
