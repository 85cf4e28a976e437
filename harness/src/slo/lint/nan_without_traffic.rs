//! Ratios that are `0 / 0` while nobody calls.

use super::Finding;
use super::expression::{divides_unguarded, queries};
use super::subject::Subject;

pub(super) const ID: &str = "nan-without-traffic";
pub(super) const TITLE: &str = "a ratio is NaN while there is no traffic";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let remedy = "keep zero away: / (sum(rate(…)) > 0)";
    for file in subject.rules {
        for rule in file
            .rules
            .iter()
            .filter(|rule| divides_unguarded(&rule.expr))
        {
            let message = format!("`{}` is 0 / 0 = NaN while there is no traffic", rule.name);
            found.push(Finding::new(
                ID,
                &file.source,
                rule.name_span,
                message,
                remedy,
            ));
        }
    }
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            for query in queries(slo)
                .iter()
                .filter_map(|metric| metric.query.as_ref())
            {
                if divides_unguarded(&query.value) {
                    let message = "the query is 0 / 0 = NaN while there is no traffic";
                    found.push(Finding::new(ID, &file.source, query.span, message, remedy));
                }
            }
        }
    }
    found
}
