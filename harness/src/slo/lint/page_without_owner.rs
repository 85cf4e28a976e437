//! Pages, and objectives whose alerts page, that belong to nobody.

use super::Finding;
use super::subject::Subject;

pub(super) const ID: &str = "page-without-owner";
pub(super) const TITLE: &str = "an alert wakes somebody, and nobody owns it";

const OWNERS: [&str; 3] = ["team", "owner", "squad"];

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in subject.rules {
        for rule in file.rules.iter().filter(|rule| rule.pages()) {
            if !OWNERS.iter().any(|name| rule.labels.contains_key(*name)) {
                let message = format!("alert `{}` pages and has no label `team`", rule.name);
                let remedy = "team: storage";
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
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            if !OWNERS
                .iter()
                .any(|name| slo.head.labels.contains_key(*name))
            {
                let name = &slo.head.name;
                let message = format!(
                    "SLO `{}` has no label `team`, and so have its pages",
                    name.value
                );
                let remedy = "labels: { team: storage }";
                found.push(Finding::new(ID, &file.source, name.span, message, remedy));
            }
        }
    }
    found
}
