//! Pages that do not say what to do.

use super::Finding;
use super::subject::Subject;

pub(super) const ID: &str = "page-without-runbook";
pub(super) const TITLE: &str = "an alert wakes somebody and does not say what to do";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in subject.rules {
        for rule in file.rules.iter().filter(|rule| rule.pages()) {
            if !["runbook_url", "runbook"]
                .iter()
                .any(|name| rule.annotations.contains_key(*name))
            {
                let message = format!(
                    "alert `{}` pages and has no annotation `runbook_url`",
                    rule.name
                );
                let remedy = format!("runbook_url: https://…/{}.md", rule.name);
                found.push(Finding::new(
                    ID,
                    &file.source,
                    rule.name_span,
                    message,
                    remedy,
                ));
            }
        }
    }
    found
}
