//! What is wrong with objectives and rules although they can be read: one rule a file, each with an id, a page under
//! `docs/lint/`, an example that fails and one that passes.

mod alert_without_severity;
mod dependencies_below_objective;
mod expression;
mod finding;
mod nan_without_traffic;
mod objective_without_budget;
mod page_without_owner;
mod page_without_runbook;
mod rate_window_too_short;
pub mod registry;
mod series_born_in_outage;
mod slow_reset;
mod subject;
mod threshold_off_bucket;
mod unreachable_alert;
mod window_beyond_retention;

pub(crate) use expression::{Range, ranges};
pub use finding::Finding;
pub use registry::{Lint, all, page};
pub use subject::{AlertFile, LintedRule, Settings, SloFile, Subject};

/// Runs every lint that `allowed` does not name, sorted by place. An SLO's annotation `sloproof/allow-<id>` keeps its
/// own findings quiet; its value says why.
pub fn lint(subject: &Subject<'_>, allowed: &[String]) -> Vec<Finding> {
    let lints = all().into_iter();
    let wanted = lints.filter(|lint| !allowed.iter().any(|id| id == lint.id()));
    let mut findings: Vec<Finding> = wanted.flat_map(|lint| lint.findings(subject)).collect();
    findings.sort();
    findings.dedup();
    findings
}

/// The lints that `settings` leave without what they must know, and what to give.
pub fn unchecked(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let mut lacking = Vec::new();
    if settings.retention.is_none() {
        lacking.push((window_beyond_retention::ID, "--retention"));
    }
    if settings.buckets.is_empty() {
        lacking.push((threshold_off_bucket::ID, "--buckets"));
    }
    lacking
}
