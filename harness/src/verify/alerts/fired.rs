//! `alerts/fired`: each expected alert fired in its phase and in time.

use super::expectation::{Expectation, leftover, matches, phase_missing, subject, unobserved};
use super::watch::{Firing, Watch};
use crate::model::{Finding, Hop, Millis, Question, Status};
use crate::scenario::Plan;
use crate::scenario::plan::ExpectedAlert;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};

const ID: &str = "alerts/fired";

/// The check.
pub struct Fired;

impl Check for Fired {
    fn meta(&self) -> Meta {
        Meta {
            id: ID,
            hop: Hop::Alerts,
            title: "each expected alert fires in its phase and in time",
            failure: "an outage like this one would go unnoticed, or be noticed too late",
            needs_planned_load: true,
            builds_on: &["rules/loaded"],
        }
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        let mut engines: Vec<_> = plan.alerts.expected.iter().map(|a| a.engine).collect();
        engines.sort_unstable();
        engines.dedup();
        engines
            .into_iter()
            .map(|engine| Question::AlertStates { engine })
            .collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        if case.plan.alerts.expected.is_empty() {
            let why = "the scenario expects no alert".to_owned();
            let status = Status::Skipped { why };
            return vec![Finding::new(
                ID,
                Hop::Alerts,
                "alerts",
                status,
                "no alert is expected",
            )];
        }
        let expected = case.plan.alerts.expected.iter();
        expected.map(|alert| judge(case, alert)).collect()
    }
}

fn judge(case: &Case<'_>, alert: &ExpectedAlert) -> Finding {
    let watch = match Watch::over(case, alert.engine) {
        Ok(watch) => watch,
        Err(unseen) => return unobserved(ID, Hop::Alerts, subject(alert), &unseen),
    };
    let Some(expectation) = Expectation::of(case, alert, watch.log) else {
        return phase_missing(ID, Hop::Alerts, alert);
    };
    let firings = expectation.firings(case, &watch);
    if firings.iter().any(|f| watch.is_leftover(f, case.timeline)) {
        return leftover(ID, Hop::Alerts, subject(alert), watch.evidence);
    }
    let finding = match firings.first() {
        Some(first) => timed(&expectation, &watch, first),
        None => silent(&expectation, &watch),
    };
    finding
        .expected(format!(
            "firing within {} of {}'s start",
            expectation.bound(alert.fires_within),
            alert.phase
        ))
        .evidence([watch.evidence])
}

/// It fired: in its phase, and in time?
fn timed(expectation: &Expectation<'_>, watch: &Watch<'_>, first: &Firing<'_>) -> Finding {
    let (alert, start) = (expectation.alert, expectation.phase.start);
    if first.from < start {
        let early = start.since(first.from);
        return finding(alert, Status::Fail, format!("fired before {}", alert.phase))
            .observed(format!("firing {early} before {} began", alert.phase))
            .hint("look at the fault of an earlier phase, or at a threshold that is too low");
    }
    let after = first.from.since(start);
    let observed = format!("firing {after} after {} began", alert.phase);
    if first.from <= expectation.fire_deadline() {
        return finding(alert, Status::Pass, format!("fired after {after}")).observed(observed);
    }
    if watch.may_have_been_by(first.from, expectation.fire_deadline()) {
        let gap = watch.log.longest_gap;
        return finding(alert, Status::Inconclusive, "fired, but perhaps in time")
            .observed(format!("{observed}; not seen for {gap}"))
            .hint("see why the ruler did not answer during the run");
    }
    let late = first.from.since(expectation.fire_deadline());
    finding(alert, Status::Fail, format!("fired {late} too late"))
        .observed(observed)
        .hint("compare window, threshold and `for` of the rule with the fault's error ratio")
}

/// It never fired, or nobody looked.
fn silent(expectation: &Expectation<'_>, watch: &Watch<'_>) -> Finding {
    let alert = expectation.alert;
    let gap = Millis(alert.fires_within.0 / 2);
    let deadline = expectation.fire_deadline();
    if let Some(blindness) = watch.blindness(expectation.phase.start, deadline, gap) {
        return finding(
            alert,
            Status::Inconclusive,
            "not seen firing, and not always watched",
        )
        .observed(blindness)
        .hint("see why the ruler did not answer during the run");
    }
    let start = expectation.phase.start;
    let still = |f: &&Firing<'_>| {
        matches(alert, f) && f.from < start && f.until.is_none_or(|end| end > start)
    };
    if watch.firings.iter().any(|f| still(&f)) {
        return finding(
            alert,
            Status::Inconclusive,
            "still firing from an earlier phase",
        )
        .observed(format!("firing when {} began", alert.phase))
        .hint("put a longer recovery between the phases");
    }
    finding(alert, Status::Fail, "never fired")
        .observed(format!("not firing in {} polls", watch.log.polls))
        .hint("evaluate the rule's expression over the run; check selector, labels and threshold")
}

fn finding(alert: &ExpectedAlert, status: Status, summary: impl Into<String>) -> Finding {
    Finding::new(ID, Hop::Alerts, subject(alert), status, summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlertState, Engine};
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::alerts::{self, Log, OUTAGE, watched};
    use proptest::prelude::*;

    fn of(fixture: &Fixture) -> Finding {
        fixture.judge(|case| Fired.judge(case)).remove(0)
    }

    #[test]
    fn an_alert_that_fires_in_time_passes_with_its_delay() {
        let fixture = &alerts::passing("fired").unwrap()[0];
        let finding = of(fixture);
        assert_eq!(finding.status, Status::Pass);
        assert_eq!(finding.subject, "KvBurn{severity=\"page\"}");
        assert_eq!(finding.summary, "fired after 6.4 s");
        assert_eq!(
            finding.expected,
            "firing within 8 s + 600 ms (evaluation 500 ms, poll 100 ms) of outage's start"
        );
        assert_eq!(finding.observed, "firing 6.4 s after outage began");
        assert_eq!(finding.hint, "");
    }

    #[test]
    fn an_alert_that_is_silent_late_or_early_fails() {
        let failing = alerts::failing("fired").unwrap();
        let found: Vec<_> = failing.iter().map(of).collect();
        assert!(
            found
                .iter()
                .all(|f| f.status == Status::Fail && !f.hint.is_empty())
        );
        let summaries: Vec<_> = found.iter().map(|f| f.summary.as_str()).collect();
        assert_eq!(
            summaries,
            ["never fired", "fired 1 ms too late", "fired before outage"]
        );
        assert_eq!(found[0].observed, "not firing in 600 polls");
    }

    #[test]
    fn a_firing_from_before_the_run_proves_nothing() {
        let log = Log::new().at(-5000, "KvBurn", "page", AlertState::Firing);
        let finding = of(&watched(log));
        assert_eq!(finding.status, Status::Inconclusive);
        assert_eq!(finding.summary, "was already firing when the run began");
        assert_eq!(finding.hint, "sloproof stack down && sloproof stack up");
    }

    #[test]
    fn silence_of_an_unwatched_ruler_proves_nothing() {
        let gap = Log::new().with(|log| {
            log.longest_gap = Millis(4001);
            log.failed_polls = 40;
        });
        let finding = of(&watched(gap));
        assert_eq!(finding.status, Status::Inconclusive);
        assert_eq!(
            finding.observed,
            "the ruler was not seen for 4.0 s (40 of 640 polls failed)"
        );
        let dead = Log::new().with(|log| log.covered.as_mut().unwrap().1 = OUTAGE + Millis(2000));
        assert_eq!(
            of(&watched(dead)).observed,
            "the ruler was last seen 6.6 s too early"
        );
        let none = Log::new().with(|log| log.covered = None);
        assert_eq!(of(&watched(none)).status, Status::Inconclusive);
        let question = Question::AlertStates {
            engine: Engine::Prometheus,
        };
        assert_eq!(
            of(&alerts::expecting().unavailable(question)).status,
            Status::Inconclusive
        );
    }

    #[test]
    fn a_firing_seen_before_the_ruler_died_still_counts() {
        let log = Log::new()
            .at(10_000 + 6400, "KvBurn", "page", AlertState::Firing)
            .with(|log| log.covered.as_mut().unwrap().1 = OUTAGE + Millis(6500));
        assert_eq!(of(&watched(log)).status, Status::Pass);
    }

    #[test]
    fn a_late_firing_behind_a_gap_may_have_been_in_time() {
        let log = Log::new()
            .at(10_000 + 9000, "KvBurn", "page", AlertState::Firing)
            .with(|log| log.longest_gap = Millis(2500));
        let finding = of(&watched(log));
        assert_eq!(finding.status, Status::Inconclusive);
        assert_eq!(finding.summary, "fired, but perhaps in time");
    }

    #[test]
    fn nothing_expected_is_nothing_to_check() {
        let finding = of(&Fixture::new());
        assert_eq!(finding.status.word(), "skipped");
    }

    proptest! {
        #[test]
        fn the_order_of_the_log_does_not_matter(
            steps in prop::collection::vec((0_i64..40, 0_usize..3, prop::bool::ANY), 0..8),
        ) {
            let states = [AlertState::Inactive, AlertState::Pending, AlertState::Firing];
            let (mut log, mut turned) = (Log::new(), Log::new());
            for (second, state, page) in &steps {
                let severity = if *page { "page" } else { "ticket" };
                log = log.at(second * 1000, "KvBurn", severity, states[*state]);
            }
            turned.0.transitions = log.0.transitions.iter().rev().cloned().collect();
            prop_assert_eq!(of(&watched(log)), of(&watched(turned)));
        }
    }
}
