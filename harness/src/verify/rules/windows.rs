//! Rates are taken over windows that this run can fill.

use std::collections::BTreeSet;

use crate::model::{Engine, Finding, Hop, Millis, Question, Rule, RuleKind};
use crate::scenario::Plan;
use crate::slo::lint::{Range, ranges};
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::dashboards::Panels;
use crate::verify::words;

/// `rules/windows`.
#[derive(Debug, Clone, Copy)]
pub struct Windows;

const META: Meta = Meta {
    id: "rules/windows",
    hop: Hop::Rules,
    title: "rates are taken over enough scrapes, and expected alerts over this run alone",
    failure: "a rate over too few scrapes comes and goes, and one that begins before the run is not of this run",
    needs_planned_load: false,
    builds_on: &[],
};

/// Fewer, and one missed scrape leaves a single sample, of which there is no rate.
const SCRAPES: u64 = 4;

impl Check for Windows {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        vec![scrapes(case.plan), reach(case)]
    }
}

fn rules(plan: &Plan) -> impl Iterator<Item = &Rule> {
    let files = plan.rules.iter();
    let files = files.filter(|file| file.engine == Engine::Prometheus);
    files.flat_map(|f| &f.groups).flat_map(|g| &g.rules)
}

/// The windows over which an expression takes rates.
fn rate_windows(expr: &str) -> impl Iterator<Item = (String, Millis)> {
    let rates = ranges(expr).into_iter().filter(Range::is_rate);
    rates.map(|range| (format!("{}[{}]", range.function, range.text), range.length))
}

fn scrapes(plan: &Plan) -> Finding {
    const SUBJECT: &str = "scrapes in a window";
    let of_rules = rules(plan).map(|rule| (rule.name.clone(), rule.expr.clone()));
    let of_panels = Panels.wants(plan).into_iter().filter_map(|q| match q {
        Question::PromRange { query, .. } => Some(("a panel".to_owned(), query)),
        _ => None,
    });
    let queries: Vec<(String, String)> = of_rules.chain(of_panels).collect();
    let scrape = plan.telemetry.scrape_interval;
    let least = Millis(scrape.0 * SCRAPES);
    let mut looked_at = 0;
    let mut short = BTreeSet::new();
    for (name, query) in &queries {
        for (text, length) in rate_windows(query) {
            looked_at += 1;
            if length < least {
                short.insert(format!("{text} of {name}"));
            }
        }
    }
    if looked_at == 0 {
        return META.skipped(SUBJECT, "no rule and no panel takes a rate in Prometheus");
    }
    let windows = words::count(looked_at, "window");
    let expected = format!("at least {SCRAPES} scrapes of {scrape} each; {windows} looked at");
    if short.is_empty() {
        let summary = "every rate has enough scrapes";
        return META.pass(SUBJECT, summary).expected(expected);
    }
    let short: Vec<String> = short.into_iter().collect();
    META.undecided(
        SUBJECT,
        format!(
            "{} too short to rate",
            words::count(short.len() as u64, "window")
        ),
    )
    .expected(expected)
    .observed(words::list(&short))
    .hint(format!(
        "take rates over {least} or longer, or scrape more often"
    ))
    .warning()
}

fn reach(case: &Case<'_>) -> Finding {
    const SUBJECT: &str = "windows of expected alerts";
    let expected = &case.plan.alerts.expected;
    let expected = expected.iter().filter(|a| a.engine == Engine::Prometheus);
    let alerts: Vec<&str> = expected.map(|a| a.name.as_str()).collect();
    if alerts.is_empty() {
        return META.skipped(SUBJECT, "no alert of Prometheus is expected");
    }
    let run = case.timeline.load_end.since(case.timeline.load_start);
    let mut longer = BTreeSet::new();
    for alert in &alerts {
        for rule in behind(case.plan, alert) {
            for (text, length) in rate_windows(&rule.expr) {
                if length > run {
                    longer.insert(format!("{text} behind {alert}"));
                }
            }
        }
    }
    let bound = format!("windows of at most {run}, the length of the load");
    if longer.is_empty() {
        let summary = "expected alerts look at this run alone";
        return META.pass(SUBJECT, summary).expected(bound);
    }
    let longer: Vec<String> = longer.into_iter().collect();
    META.undecided(
        SUBJECT,
        format!(
            "{} further back than the load",
            match longer.len() {
                1 => "1 window reaches".to_owned(),
                n => format!("{n} windows reach"),
            }
        ),
    )
    .expected(bound)
    .observed(words::list(&longer))
    .hint("let the load last longer or raise the time scale; else what was before the run decides, too")
    .warning()
}

/// An alert's rule and the recording rules whose metrics it reads, directly or through others.
fn behind<'a>(plan: &'a Plan, alert: &str) -> Vec<&'a Rule> {
    let mut found: Vec<&Rule> = rules(plan)
        .filter(|r| r.kind == RuleKind::Alert && r.name == alert)
        .collect();
    let mut at = 0;
    while let Some(rule) = found.get(at).copied() {
        let names = metric_names(&rule.expr);
        for other in rules(plan).filter(|r| r.kind == RuleKind::Record) {
            let known = found.iter().any(|f| std::ptr::eq(*f, other));
            if !known && names.contains(other.name.as_str()) {
                found.push(other);
            }
        }
        at += 1;
    }
    found
}

/// Every word of an expression that could be a metric's name.
fn metric_names(expr: &str) -> BTreeSet<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    expr.split(|c| !is_word(c))
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::rules::rated;

    fn about(fixture: &Fixture, subject: &str) -> Finding {
        let findings = fixture.judge(|case| Windows.judge(case));
        findings.into_iter().find(|f| f.subject == subject).unwrap()
    }

    #[test]
    fn a_rate_over_fewer_than_four_scrapes_is_told_with_its_rule() {
        // Scrapes are 500 ms apart, the load lasts 50 s.
        let finding = about(&rated("1500ms", false), "scrapes in a window");
        assert_eq!(finding.status.word(), "inconclusive");
        assert_eq!(finding.observed, "rate[1500ms] of errors:ratio");
        let finding = about(&rated("2s", false), "scrapes in a window");
        assert_eq!(finding.status.word(), "pass");
    }

    #[test]
    fn a_window_behind_an_expected_alert_must_not_reach_before_the_load() {
        let subject = "windows of expected alerts";
        let finding = about(&rated("1m", true), subject);
        assert_eq!(finding.status.word(), "inconclusive");
        assert_eq!(finding.observed, "rate[1m] behind KvBurn");
        assert_eq!(about(&rated("50s", true), subject).status.word(), "pass");
        // Nothing is expected of the others, however far they look back.
        assert_eq!(about(&rated("1m", false), subject).status.word(), "skipped");
    }
}
