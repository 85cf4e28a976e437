//! Runs all checks over a case and puts their findings into relation.

use std::collections::BTreeSet;

use super::case::Case;
use super::check::{Check, Meta};
use super::generator::load_was_delivered;
use super::registry;
use crate::model::{CheckId, Finding, Question, Severity, Status};
use crate::scenario::Plan;

/// Everything the checks want to know about a plan, each question once.
pub fn questions(plan: &Plan) -> BTreeSet<Question> {
    registry::all()
        .into_iter()
        .flat_map(|check| check.wants(plan))
        .collect()
}

/// All findings of all checks.
pub fn judge(case: &Case<'_>) -> Vec<Finding> {
    let checks = registry::all();
    let delivered = load_was_delivered(case);
    let mut findings = Vec::new();
    for check in &checks {
        findings.extend(run(*check, case, &delivered));
    }
    let failed: BTreeSet<(CheckId, String)> = findings
        .iter()
        .filter(|f| f.status == Status::Fail)
        .map(|f| (f.check.clone(), f.subject.clone()))
        .collect();
    for finding in &mut findings {
        finding.follows_from = explained_by(&checks, finding, &failed);
    }
    findings
}

fn run(check: &dyn Check, case: &Case<'_>, delivered: &Result<(), String>) -> Vec<Finding> {
    let meta = check.meta();
    let mut findings = check.judge(case);
    if findings.is_empty() {
        findings.push(said_nothing(&meta));
    }
    if let (true, Err(why)) = (meta.needs_planned_load, delivered) {
        for finding in findings.iter_mut().filter(|f| f.status == Status::Fail) {
            // The service was not under the load that was planned, so this proves nothing about it.
            finding.status = Status::Inconclusive;
            finding.hint = format!("the planned load was not delivered: {why}");
            finding.follows_from = Some("generator/kept-up".into());
        }
    }
    findings
}

fn said_nothing(meta: &Meta) -> Finding {
    Finding::new(
        meta.id,
        meta.hop,
        "this check",
        Status::Inconclusive,
        "the check came to no finding",
    )
    .hint("this is a bug in sloproof: please report it with the run directory")
}

/// The first failed check that a failing finding builds on. What went wrong with one alert explains nothing about
/// another one.
fn explained_by(
    checks: &[&dyn Check],
    finding: &Finding,
    failed: &BTreeSet<(CheckId, String)>,
) -> Option<CheckId> {
    if finding.status != Status::Fail || finding.severity != Severity::Error {
        return finding.follows_from.clone();
    }
    let meta = checks
        .iter()
        .map(|c| c.meta())
        .find(|m| m.id == finding.check.0)?;
    let explains = |id: &CheckId| {
        let of_an_alert = id.0.starts_with("alerts/");
        failed
            .iter()
            .any(|(check, subject)| check == id && (!of_an_alert || *subject == finding.subject))
    };
    meta.builds_on
        .iter()
        .map(|id| CheckId::from(*id))
        .find(explains)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hop;

    #[test]
    fn one_alert_does_not_explain_another() {
        let failed = BTreeSet::from([
            ("alerts/fired".into(), "A".to_owned()),
            ("alerts/quiet".into(), "B".to_owned()),
        ]);
        let why = |subject: &str| {
            let id = "notifications/delivered";
            let finding = Finding::new(id, Hop::Notifications, subject, Status::Fail, "missing");
            explained_by(&registry::all(), &finding, &failed)
        };
        assert_eq!(why("A"), Some("alerts/fired".into()));
        assert_eq!(why("B"), Some("alerts/quiet".into()));
        assert_eq!(why("C"), None);
    }
}
