//! `alerts/resolved`: each expected alert stopped firing in time after its phase.

use super::expectation::{Expectation, leftover, phase_missing, subject, unobserved};
use super::fired::Fired;
use super::watch::{Firing, Watch};
use crate::model::{Finding, Hop, Millis, Question, Status, Timestamp};
use crate::scenario::Plan;
use crate::scenario::plan::ExpectedAlert;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};

const ID: &str = "alerts/resolved";

/// The check.
pub struct Resolved;

impl Check for Resolved {
    fn meta(&self) -> Meta {
        Meta {
            id: ID,
            hop: Hop::Alerts,
            title: "each expected alert resolves in time after its phase",
            failure: "an alert would go on after the outage is over",
            needs_planned_load: true,
            builds_on: &["alerts/fired"],
        }
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        if judged(plan).next().is_some() {
            Fired.wants(plan)
        } else {
            vec![]
        }
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let found: Vec<Finding> = judged(case.plan)
            .map(|(alert, within)| judge(case, alert, within))
            .collect();
        if !found.is_empty() {
            return found;
        }
        let why = "the scenario names no `resolvesWithin`".to_owned();
        let status = Status::Skipped { why };
        vec![Finding::new(
            ID,
            Hop::Alerts,
            "alerts",
            status,
            "resolving is not judged",
        )]
    }
}

fn judged(plan: &Plan) -> impl Iterator<Item = (&ExpectedAlert, Millis)> {
    let expected = plan.alerts.expected.iter();
    expected.filter_map(|alert| Some((alert, alert.resolves_within?)))
}

fn judge(case: &Case<'_>, alert: &ExpectedAlert, within: Millis) -> Finding {
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
    let deadline = expectation.phase.end + within + expectation.tolerance();
    let finding = if firings.is_empty() {
        let why = "never fired, see alerts/fired".to_owned();
        finding(alert, Status::Skipped { why }, "never fired").observed("not firing")
    } else if let Some(end) = last_end(&firings) {
        ended(&expectation, &watch, deadline, end)
    } else {
        still_firing(&expectation, &watch, deadline)
    };
    finding
        .expected(format!(
            "resolved within {} of {}'s end",
            expectation.bound(within),
            alert.phase
        ))
        .evidence([watch.evidence])
}

/// When the last of them ended; `None` if one had not at the last poll.
fn last_end(firings: &[Firing<'_>]) -> Option<Timestamp> {
    let ends: Option<Vec<Timestamp>> = firings.iter().map(|f| f.until).collect();
    ends?.into_iter().max()
}

fn still_firing(expectation: &Expectation<'_>, watch: &Watch<'_>, deadline: Timestamp) -> Finding {
    let alert = expectation.alert;
    match watch.log.covered {
        Some((_, last)) if last >= deadline => {
            let after = expectation.from_end(last);
            finding(alert, Status::Fail, "still firing at the end of the run")
                .observed(format!("firing {after}"))
                .hint("compare the rule's window with `resolvesWithin`; look at keep_firing_for")
        }
        covered => {
            let last = covered.map_or_else(String::new, |(_, last)| expectation.from_end(last));
            finding(
                alert,
                Status::Inconclusive,
                "not watched until it must have resolved",
            )
            .observed(format!("firing {last}, then not seen"))
            .hint("see that the ruler lives to the end, or lengthen the last phase")
        }
    }
}

fn ended(
    expectation: &Expectation<'_>,
    watch: &Watch<'_>,
    deadline: Timestamp,
    end: Timestamp,
) -> Finding {
    let alert = expectation.alert;
    let observed = format!("resolved {}", expectation.from_end(end));
    if end <= deadline {
        let summary = if end >= expectation.phase.end {
            format!("resolved after {}", end.since(expectation.phase.end))
        } else {
            observed.clone()
        };
        return finding(alert, Status::Pass, summary).observed(observed);
    }
    if watch.may_have_been_by(end, deadline) {
        let gap = watch.log.longest_gap;
        return finding(alert, Status::Inconclusive, "resolved, but perhaps in time")
            .observed(format!("{observed}; not seen for {gap}"))
            .hint("see why the ruler did not answer during the run");
    }
    let late = end.since(deadline);
    finding(alert, Status::Fail, format!("resolved {late} too late"))
        .observed(observed)
        .hint("compare the rule's window with `resolvesWithin`; look at keep_firing_for")
}

fn finding(alert: &ExpectedAlert, status: Status, summary: impl Into<String>) -> Finding {
    Finding::new(ID, Hop::Alerts, subject(alert), status, summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AlertState;
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::alerts::{self, Log, watched};

    fn of(fixture: &Fixture) -> Finding {
        fixture.judge(|case| Resolved.judge(case)).remove(0)
    }

    #[test]
    fn an_alert_that_resolves_in_time_passes_with_its_delay() {
        let finding = of(&alerts::passing("resolved").unwrap()[0]);
        assert_eq!(finding.status, Status::Pass);
        assert_eq!(finding.summary, "resolved after 5.1 s");
        assert_eq!(
            finding.expected,
            "resolved within 10 s + 600 ms (evaluation 500 ms, poll 100 ms) of outage's end"
        );
    }

    #[test]
    fn an_alert_that_goes_on_fails() {
        let failing = alerts::failing("resolved").unwrap();
        let found: Vec<_> = failing.iter().map(of).collect();
        assert!(
            found
                .iter()
                .all(|f| f.status == Status::Fail && !f.hint.is_empty())
        );
        assert_eq!(found[0].summary, "still firing at the end of the run");
        assert_eq!(found[0].observed, "firing 25 s after outage ended");
        assert_eq!(found[1].summary, "resolved 400 ms too late");
    }

    #[test]
    fn firing_again_after_the_deadline_is_not_resolved() {
        let log = alerts::fired_and_resolved().at(45_000, "KvBurn", "page", AlertState::Firing);
        assert_eq!(of(&watched(log)).status, Status::Fail);
    }

    #[test]
    fn an_alert_that_never_fired_is_not_judged() {
        let finding = of(&watched(Log::new()));
        assert_eq!(finding.status.word(), "skipped");
    }

    #[test]
    fn a_ruler_that_died_firing_proves_nothing() {
        let log = Log::new()
            .at(16_400, "KvBurn", "page", AlertState::Firing)
            .with(|log| log.covered.as_mut().unwrap().1 = alerts::OUTAGE + Millis(8000));
        let finding = of(&watched(log));
        assert_eq!(finding.status, Status::Inconclusive);
        assert_eq!(
            finding.observed,
            "firing 12 s before outage ended, then not seen"
        );
    }
}
