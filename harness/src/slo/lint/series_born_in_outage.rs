//! Bad events that have a series only once the first of them has happened.

use super::Finding;
use super::expression::selectors;
use super::subject::Subject;
use crate::slo::Part;
use crate::slo::openslo::Measure;

pub(super) const ID: &str = "series-born-in-outage";
pub(super) const TITLE: &str = "bad events may have no series before the first of them";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            let Some(Measure::Ratio {
                part: Part::Bad,
                events,
                total,
                ..
            }) = slo.sli.as_ref().map(|sli| &sli.measure)
            else {
                continue;
            };
            let (Some(bad), Some(total)) = (&events.query, &total.query) else {
                continue;
            };
            let all = selectors(&total.value);
            for selector in selectors(&bad.value) {
                // A metric of its own may well stand at zero from the start; a label's value seldom does.
                let same: Vec<_> = all.iter().filter(|s| s.name == selector.name).collect();
                let bare = all.is_empty() && total.value == selector.name;
                if same.is_empty() && !bare {
                    continue;
                }
                let known = |label: &str| {
                    same.iter()
                        .any(|s| s.matchers.iter().any(|m| m.label == label))
                };
                let mut labels = selector.matchers.iter().map(|m| m.label.as_str());
                let Some(label) = labels.rfind(|label| !known(label)) else {
                    continue;
                };
                let message = format!(
                    "`{}` has no series with this `{label}` until the first bad event, whose count is then lost",
                    selector.name
                );
                let remedy = format!(
                    "count every `{label}` from 0 at the start and say so: sloproof/allow-{ID}: the reason; or count `good`"
                );
                found.push(Finding::new(ID, &file.source, bad.span, message, remedy));
            }
        }
    }
    found
}
