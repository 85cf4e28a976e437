//! Rates over so few scrapes that one late scrape leaves nothing.

use super::Finding;
use super::expression::{queries, ranges};
use super::subject::Subject;
use crate::model::{Millis, Source, Span};

pub(super) const ID: &str = "rate-window-too-short";
pub(super) const TITLE: &str = "a rate is taken over fewer than four scrapes";

/// Fewer, and one missed scrape leaves a single sample, of which there is no rate.
const LEAST: u64 = 4;

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let scrape = subject.settings.scrape;
    let mut found = Vec::new();
    for file in subject.rules {
        for rule in &file.rules {
            look(&rule.expr, &file.source, rule.expr_span, scrape, &mut found);
        }
    }
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            for query in queries(slo)
                .iter()
                .filter_map(|metric| metric.query.as_ref())
            {
                look(&query.value, &file.source, query.span, scrape, &mut found);
            }
        }
    }
    found
}

fn look(expr: &str, source: &Source, span: Span, scrape: Millis, found: &mut Vec<Finding>) {
    let least = Millis(scrape.0 * LEAST);
    for range in ranges(expr) {
        if range.is_rate() && range.length < least {
            let message = format!(
                "`{}[{}]` holds fewer than {LEAST} scrapes of {}",
                range.function,
                range.text,
                scrape.to_promql()
            );
            let remedy = format!("[{}] or longer", least.to_promql());
            let at = source.within(span, range.text);
            found.push(Finding::new(ID, source, at, message, remedy));
        }
    }
}
