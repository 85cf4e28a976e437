//! The chain of hops, as a strip and as rows.

use crate::model::{Finding, Hop, Severity, Status, Verdict};
use crate::report::document::{HopInfo, HopRow};

/// One entry per hop, in order.
pub(super) fn hops(verdict: &Verdict) -> Vec<HopInfo> {
    Hop::ALL
        .iter()
        .map(|hop| {
            let findings = of(verdict, *hop);
            let failing: Vec<&&Finding> = findings
                .iter()
                .filter(|f| f.status == Status::Fail)
                .collect();
            HopInfo {
                hop: *hop,
                status: worst(&findings).to_owned(),
                origin: failing
                    .iter()
                    .any(|f| Some(&f.check) == verdict.origin.as_ref()),
                follows: !failing.is_empty() && failing.iter().all(|f| f.follows_from.is_some()),
                findings: findings.len() as u32,
            }
        })
        .collect()
}

/// One row per check that the scenario asked for: the first finding speaks for it, since the worst stand first.
pub(super) fn rows(verdict: &Verdict) -> Vec<HopRow> {
    let mut rows: Vec<(Hop, &str, HopRow)> = Vec::new();
    for finding in &verdict.findings {
        let skipped = matches!(finding.status, Status::Skipped { .. });
        if finding.severity != Severity::Error
            || skipped
            || rows.iter().any(|(_, id, _)| *id == finding.check.0)
        {
            continue;
        }
        let peers = verdict
            .findings
            .iter()
            .filter(|f| {
                f.check == finding.check
                    && f.status == finding.status
                    && f.severity == Severity::Error
            })
            .count();
        let verdict_words = match (&finding.status, peers) {
            (Status::Pass, 1) => finding.summary.clone(),
            (Status::Pass, n) => format!("all {n} agree"),
            (_, 1) => finding.summary.clone(),
            (_, n) => format!("{} (and {} more)", finding.summary, n - 1),
        };
        let row = HopRow {
            hop: finding.check.to_string(),
            says: finding.observed.clone(),
            ledger_says: finding.expected.clone(),
            status: finding.status.word().to_owned(),
            verdict: verdict_words,
        };
        rows.push((finding.hop, &finding.check.0, row));
    }
    rows.sort_by_key(|(hop, id, _)| (*hop, *id));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

fn of(verdict: &Verdict, hop: Hop) -> Vec<&Finding> {
    verdict
        .findings
        .iter()
        .filter(|f| f.hop == hop && f.severity == Severity::Error)
        .collect()
}

fn worst(findings: &[&Finding]) -> &'static str {
    let any = |word: &str| findings.iter().any(|f| f.status.word() == word);
    ["fail", "inconclusive", "pass"]
        .into_iter()
        .find(|word| any(word))
        .unwrap_or("skipped")
}
