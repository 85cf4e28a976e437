//! `junit.xml`: a suite per check group, a test case per finding.
//!
//! Deterministic: the only time in it is the start of the load. A warning never makes a test case fail, for it does
//! not change the verdict; it is told as output.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::document::Document;
use super::format;
use crate::model::{Finding, Severity, Status, VerdictOutcome};

/// Why the XML could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written as JUnit XML")]
pub struct JunitError(#[source] quick_junit::SerializeError);

/// Renders the document as JUnit XML.
pub fn render(doc: &Document) -> Result<String, JunitError> {
    let mut report = Report::new(format!("sloproof {}", doc.scenario.name));
    report.timestamp = format::rfc3339(doc.timeline.started).parse().ok();
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for finding in &doc.findings {
        let group = finding.check.group();
        suites
            .entry(group)
            .or_insert_with(|| TestSuite::new(group))
            .add_test_case(case(finding));
    }
    report.add_test_suites(suites.into_values());
    if needs_verdict_case(doc) {
        let mut suite = TestSuite::new("verdict");
        suite.add_test_case(verdict_case(doc));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(JunitError)
}

/// A CI system calls a file without a failed case green; a verdict that is not a pass must not look so.
fn needs_verdict_case(doc: &Document) -> bool {
    doc.verdict.outcome != VerdictOutcome::Pass
        && doc.verdict.counts.fail + doc.verdict.counts.inconclusive == 0
}

fn verdict_case(doc: &Document) -> TestCase {
    let mut status = TestCaseStatus::non_success(match doc.verdict.outcome {
        VerdictOutcome::Fail => NonSuccessKind::Failure,
        _ => NonSuccessKind::Error,
    });
    status.set_message(format::plain(&doc.verdict.sentence));
    let mut case = TestCase::new(doc.verdict.outcome.title(), status);
    case.set_classname("verdict");
    case
}

fn case(finding: &Finding) -> TestCase {
    let weighs = finding.severity == Severity::Error;
    let status = match &finding.status {
        Status::Fail if weighs => non_success(finding, NonSuccessKind::Failure),
        Status::Inconclusive if weighs => non_success(finding, NonSuccessKind::Error),
        Status::Skipped { why } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format::plain(why));
            status
        }
        Status::Pass | Status::Fail | Status::Inconclusive => TestCaseStatus::success(),
    };
    let name = format!("{} {}", finding.check, format::plain(&finding.subject));
    let mut case = TestCase::new(name, status);
    case.set_classname(finding.check.to_string());
    if !weighs && finding.status != Status::Pass {
        case.set_system_out(format!(
            "warning: {}\n{}",
            format::plain(&finding.summary),
            details(finding)
        ));
    }
    case
}

fn non_success(finding: &Finding, kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(finding.check.to_string())
        .set_message(format::plain(&finding.summary))
        .set_description(details(finding));
    status
}

fn details(finding: &Finding) -> String {
    let evidence: Vec<String> = finding
        .evidence
        .iter()
        .map(|id| format::evidence_file(*id))
        .collect();
    let evidence = evidence.join(", ");
    let follows = finding
        .follows_from
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let explain = format!("sloproof explain {}", finding.check);
    let rows = [
        ("expected", finding.expected.as_str()),
        ("observed", finding.observed.as_str()),
        ("try", finding.hint.as_str()),
        ("evidence", evidence.as_str()),
        ("follows from", follows.as_str()),
        ("explain", explain.as_str()),
    ];
    let told = rows.into_iter().filter(|(_, text)| !text.is_empty());
    format::lines(told.map(|(label, text)| format!("{label}: {}", format::plain(text))))
}
