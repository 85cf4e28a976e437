//! Services that promise more than what they depend on lets them keep.

use super::Finding;
use super::subject::Subject;

pub(super) const ID: &str = "dependencies-below-objective";
pub(super) const TITLE: &str = "a service promises more than its dependencies do together";

/// Names of SLOs, separated by commas, on all of which this one depends.
const DEPENDS: &str = "sloproof/depends-on";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let all = || subject.slos.iter().flat_map(|file| &file.slos);
    let mut found = Vec::new();
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            let (Some(names), [objective]) =
                (slo.head.annotations.get(DEPENDS), &slo.objectives[..])
            else {
                continue;
            };
            let span = slo.head.name.span;
            let mut budget = 0.0;
            let mut parts = Vec::new();
            for name in names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                let target = all().find(|other| other.head.name.value == name);
                let target = target.and_then(|other| other.objectives.first());
                let Some(target) = target.map(|objective| objective.target.value) else {
                    let message = format!("`{name}`, on which it depends, is in none of the files");
                    let remedy = "give the file that has it";
                    found.push(Finding::new(ID, &file.source, span, message, remedy));
                    continue;
                };
                budget += 1.0 - target;
                parts.push(format!("{name} {} %", percent(target)));
            }
            let own = 1.0 - objective.target.value;
            if budget > own + 1e-12 {
                let message = format!(
                    "{} % is promised, and what it depends on may be bad for {} %: {}",
                    percent(objective.target.value),
                    percent(budget),
                    parts.join(", ")
                );
                let remedy = format!(
                    "at most {} %, or fewer hard dependencies",
                    percent(1.0 - budget)
                );
                found.push(Finding::new(
                    ID,
                    &file.source,
                    objective.target.span,
                    message,
                    remedy,
                ));
            }
        }
    }
    found
}

/// A share in percent, without dust.
fn percent(share: f64) -> f64 {
    (share * 100.0 * 1e6).round() / 1e6
}
