//! Verdict and chain of a sample.

use sloproof::model::{CheckId, Counts, Finding, Hop, Severity, Status, VerdictOutcome};
use sloproof::report::Document;
use sloproof::report::document::HopInfo;

/// Derives verdict and chain from the findings, as the gate does.
pub(super) fn judge(doc: &mut Document, outcome: VerdictOutcome, exit_code: u8, sentence: &str) {
    doc.verdict.outcome = outcome;
    doc.verdict.exit_code = exit_code;
    sentence.clone_into(&mut doc.verdict.sentence);
    doc.verdict.counts = counts(&doc.findings);
    let origin = doc.verdict.origin.clone();
    doc.chain = Hop::ALL
        .into_iter()
        .map(|hop| hop_info(hop, &doc.findings, origin.as_ref()))
        .collect();
}

fn counts(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        match (&finding.status, finding.severity) {
            (Status::Pass, _) => counts.pass += 1,
            (_, Severity::Warning) => counts.warnings += 1,
            (Status::Fail, _) => counts.fail += 1,
            (Status::Inconclusive, _) => counts.inconclusive += 1,
            (Status::Skipped { .. }, _) => counts.skipped += 1,
        }
    }
    counts
}

fn hop_info(hop: Hop, findings: &[Finding], origin: Option<&CheckId>) -> HopInfo {
    let own: Vec<&Finding> = findings
        .iter()
        .filter(|f| f.hop == hop && f.severity == Severity::Error)
        .collect();
    let status = ["fail", "inconclusive", "pass"]
        .into_iter()
        .find(|word| own.iter().any(|f| f.status.word() == *word))
        .unwrap_or("skipped");
    let failed: Vec<&&Finding> = own.iter().filter(|f| f.status == Status::Fail).collect();
    HopInfo {
        hop,
        status: status.to_owned(),
        origin: origin.is_some_and(|id| failed.iter().any(|f| f.check == *id)),
        follows: !failed.is_empty() && failed.iter().all(|f| f.follows_from.is_some()),
        findings: u32::try_from(own.len()).unwrap(),
    }
}
