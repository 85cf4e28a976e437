//! The policy: fail over inconclusive over pass, and nothing checked is not a pass.

use crate::model::{Counts, Finding, Severity, Status, Verdict, VerdictOutcome};

/// The policy in words, as it stands in every report.
const POLICY: &str = "fail if any finding fails; else invalid if any is inconclusive or nothing was checked; else pass. Warnings do not count.";

/// Sorts findings and judges them. The verdict does not depend on the order they come in.
pub fn decide(mut findings: Vec<Finding>) -> Verdict {
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| text(a).cmp(&text(b))));
    let counts = count(&findings);
    let outcome = match counts {
        Counts { fail: 1.., .. } => VerdictOutcome::Fail,
        Counts {
            inconclusive: 1.., ..
        }
        | Counts { pass: 0, .. } => VerdictOutcome::Invalid,
        _ => VerdictOutcome::Pass,
    };
    let origin = findings
        .iter()
        .filter(|f| decides(f) && f.status == Status::Fail && f.follows_from.is_none())
        .min_by_key(|f| f.hop)
        .filter(|_| outcome == VerdictOutcome::Fail);
    Verdict {
        outcome,
        policy: POLICY.to_owned(),
        sentence: sentence(outcome, &findings, origin),
        origin: origin.map(|f| f.check.clone()),
        counts,
        findings,
    }
}

fn decides(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

fn count(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        match (&finding.status, decides(finding)) {
            (Status::Pass, _) => counts.pass += 1,
            (_, false) => counts.warnings += 1,
            (Status::Fail, _) => counts.fail += 1,
            (Status::Inconclusive, _) => counts.inconclusive += 1,
            (Status::Skipped { .. }, _) => counts.skipped += 1,
        }
    }
    counts
}

fn sentence(outcome: VerdictOutcome, findings: &[Finding], origin: Option<&Finding>) -> String {
    match outcome {
        VerdictOutcome::Pass => {
            "Every hop that this scenario names says what the ledger says, and all expectations held.".to_owned()
        }
        VerdictOutcome::Fail => origin.or(findings.first()).map_or_else(String::new, |f| {
            format!("The first hop that does not hold is {}: {}, {}.", f.hop.title(), f.subject, f.summary)
        }),
        VerdictOutcome::Invalid => findings
            .iter()
            .filter(|f| decides(f) && f.status == Status::Inconclusive)
            .min_by_key(|f| (f.follows_from.is_some(), f.hop))
            .map_or_else(
                || "Nothing was checked, so nothing is proved.".to_owned(),
                |f| format!("No verdict is possible: {}, {}.", f.subject, f.summary),
            ),
    }
}

/// Failures first, their origin before what follows from it, then undecided, passed, skipped; warnings after errors.
fn rank(finding: &Finding) -> (u8, Severity, bool, crate::model::Hop) {
    let status = match finding.status {
        Status::Fail => 0,
        Status::Inconclusive => 1,
        Status::Pass => 2,
        Status::Skipped { .. } => 3,
    };
    (
        status,
        finding.severity,
        finding.follows_from.is_some(),
        finding.hop,
    )
}

/// Ties are broken by what the finding says, so that equal sets sort equally.
fn text(finding: &Finding) -> (&str, &str, &str, &str, &str) {
    (
        &finding.check.0,
        &finding.subject,
        &finding.summary,
        &finding.expected,
        &finding.observed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hop;
    use proptest::prelude::*;

    fn finding(status: Status, hop: Hop) -> Finding {
        Finding::new("group/name", hop, "subject", status, "summary")
    }

    #[test]
    fn nothing_checked_is_invalid() {
        assert_eq!(decide(vec![]).outcome, VerdictOutcome::Invalid);
        let skipped = finding(
            Status::Skipped {
                why: "no Loki".into(),
            },
            Hop::Logs,
        );
        assert_eq!(decide(vec![skipped]).outcome, VerdictOutcome::Invalid);
    }

    #[test]
    fn a_failure_outweighs_missing_evidence() {
        let verdict = decide(vec![
            finding(Status::Inconclusive, Hop::Load),
            finding(Status::Pass, Hop::Logs),
            finding(Status::Fail, Hop::Counters),
        ]);
        assert_eq!(verdict.outcome, VerdictOutcome::Fail);
    }

    #[test]
    fn missing_evidence_is_never_a_pass() {
        let verdict = decide(vec![
            finding(Status::Pass, Hop::Logs),
            finding(Status::Inconclusive, Hop::Rules),
        ]);
        assert_eq!(verdict.outcome, VerdictOutcome::Invalid);
    }

    #[test]
    fn a_warning_changes_no_verdict() {
        let verdict = decide(vec![
            finding(Status::Pass, Hop::Logs),
            finding(Status::Fail, Hop::Rules).warning(),
        ]);
        assert_eq!(
            (verdict.outcome, verdict.counts.warnings),
            (VerdictOutcome::Pass, 1)
        );
    }

    #[test]
    fn the_origin_is_the_first_hop_that_does_not_follow_from_another() {
        let mut later = finding(Status::Fail, Hop::Budget);
        later.follows_from = Some("requests/count".into());
        let mut first = finding(Status::Fail, Hop::Counters);
        first.check = "requests/count".into();
        let verdict = decide(vec![later, first]);
        assert_eq!(verdict.origin, Some("requests/count".into()));
        assert_eq!(verdict.findings[0].hop, Hop::Counters);
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        (0_usize..4, 0_usize..9, any::<bool>(), "[a-c]").prop_map(
            |(status, hop, warning, subject)| {
                let status = [
                    Status::Pass,
                    Status::Fail,
                    Status::Inconclusive,
                    Status::Skipped { why: String::new() },
                ][status]
                    .clone();
                let finding = Finding::new("group/name", Hop::ALL[hop], subject, status, "");
                if warning { finding.warning() } else { finding }
            },
        )
    }

    proptest! {
        #[test]
        fn the_order_of_findings_does_not_matter(findings in prop::collection::vec(any_finding(), 0..12)) {
            let mut reversed = findings.clone();
            reversed.reverse();
            prop_assert_eq!(decide(findings), decide(reversed));
        }
    }
}
