//! Alerts that do not say how urgent they are.

use super::Finding;
use super::subject::Subject;

pub(super) const ID: &str = "alert-without-severity";
pub(super) const TITLE: &str = "an alert does not say how urgent it is";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in subject.rules {
        for rule in file
            .rules
            .iter()
            .filter(|rule| rule.is_alert && !rule.has_severity())
        {
            let message = format!("alert `{}` has no label `severity`", rule.name);
            let remedy = "severity: page, or severity: ticket";
            found.push(Finding::new(
                ID,
                &file.source,
                rule.name_span,
                message,
                remedy,
            ));
        }
    }
    found
}
