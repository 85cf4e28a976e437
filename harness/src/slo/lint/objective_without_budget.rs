//! Objectives of 0 % and of 100 %.

use super::Finding;
use super::subject::Subject;

pub(super) const ID: &str = "objective-without-budget";
pub(super) const TITLE: &str = "an objective promises nothing, or leaves no budget";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            for objective in &slo.objectives {
                let target = &objective.target;
                let what = if target.value <= 0.0 {
                    "an objective of 0 % promises nothing: no alert can fire"
                } else if target.value >= 1.0 {
                    "an objective of 100 % leaves no budget: every burn rate is a division by zero"
                } else {
                    continue;
                };
                found.push(Finding::new(
                    ID,
                    &file.source,
                    target.span,
                    what,
                    "target: 0.999",
                ));
            }
        }
    }
    found
}
