//! `alerts/quiet`: no alert fired that the scenario neither expects nor allows.

use super::expectation::{START_AFRESH, matches, unobserved};
use super::watch::{Firing, Watch, instance};
use crate::model::{Engine, Finding, Hop, Question, Status};
use crate::scenario::Plan;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

const ID: &str = "alerts/quiet";

/// The check.
pub struct Quiet;

impl Check for Quiet {
    fn meta(&self) -> Meta {
        Meta {
            id: ID,
            hop: Hop::Alerts,
            title: "no alert fires that the scenario neither expects nor allows",
            failure: "somebody would be woken for nothing",
            needs_planned_load: true,
            builds_on: &["rules/loaded"],
        }
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        engines(plan)
            .into_iter()
            .map(|engine| Question::AlertStates { engine })
            .collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let found: Vec<Finding> = engines(case.plan)
            .into_iter()
            .flat_map(|engine| judge(case, engine))
            .collect();
        if !found.is_empty() {
            return found;
        }
        let why = "no alerting rule in this scenario".to_owned();
        let status = Status::Skipped { why };
        vec![Finding::new(
            ID,
            Hop::Alerts,
            "alerts",
            status,
            "no alert to keep quiet",
        )]
    }
}

/// Rulers with at least one alerting rule of the plan.
pub(in crate::verify) fn engines(plan: &Plan) -> Vec<Engine> {
    let mut engines: Vec<Engine> = plan.alert_rules().map(|(engine, _)| engine).collect();
    engines.sort_unstable();
    engines.dedup();
    engines
}

fn judge(case: &Case<'_>, engine: Engine) -> Vec<Finding> {
    let subject = format!("{engine} alerts");
    let watch = match Watch::over(case, engine) {
        Ok(watch) => watch,
        Err(unseen) => return vec![unobserved(ID, Hop::Alerts, subject, &unseen)],
    };
    let time = case.timeline;
    let mut instances: Vec<(String, Vec<&Firing<'_>>)> = Vec::new();
    for firing in &watch.firings {
        let during = firing.from <= time.settled && firing.until.is_none_or(|u| u > time.baseline);
        if during && is_unexpected(case.plan, engine, firing) {
            let subject = instance(firing.name, firing.labels);
            match instances.iter_mut().find(|(name, _)| *name == subject) {
                Some((_, firings)) => firings.push(firing),
                None => instances.push((subject, vec![firing])),
            }
        }
    }
    let mut found: Vec<Finding> = instances
        .into_iter()
        .map(|(subject, firings)| unexpected(case, &watch, subject, &firings))
        .collect();
    let blindness = watch.blindness(time.baseline, time.settled, watch.harmless_gap());
    if blindness.is_some() || found.is_empty() {
        found.push(overall(case.plan, engine, &watch, subject, blindness));
    }
    found
}

/// An alert of the plan's rules that is neither allowed nor expected with such labels.
fn is_unexpected(plan: &Plan, engine: Engine, firing: &Firing<'_>) -> bool {
    let known = plan
        .alert_rules()
        .any(|(owner, rule)| owner == engine && rule.name == firing.name);
    let allowed = plan.alerts.allowed.iter().any(|name| name == firing.name);
    let mut expected = plan.alerts.expected.iter().filter(|e| e.engine == engine);
    known && !allowed && !expected.any(|e| matches(e, firing))
}

fn unexpected(
    case: &Case<'_>,
    watch: &Watch<'_>,
    subject: String,
    firings: &[&Firing<'_>],
) -> Finding {
    let new = |status, summary: &str| Finding::new(ID, Hop::Alerts, subject, status, summary);
    let fresh = firings
        .iter()
        .find(|f| !watch.is_leftover(f, case.timeline));
    let finding = if let Some(first) = fresh {
        let expected = &case.plan.alerts.expected;
        let (summary, hint) = if expected.iter().any(|e| e.name == first.name) {
            let hint = "compare the rule's labels with alerts.expect[].labels";
            ("fired with other labels than expected", hint)
        } else {
            let hint = "if the alert is right, name it under alerts.expect or alerts.allow";
            ("fired, and is not expected", hint)
        };
        let after = first.from.since(case.timeline.load_start);
        new(Status::Fail, summary)
            .observed(format!(
                "firing {after} after the load began, {}",
                words::count(firings.len() as u64, "time")
            ))
            .hint(hint)
    } else {
        new(
            Status::Inconclusive,
            "was already firing when the run began",
        )
        .observed("firing when first seen")
        .hint(START_AFRESH)
    };
    finding.expected("not firing").evidence([watch.evidence])
}

fn overall(
    plan: &Plan,
    engine: Engine,
    watch: &Watch<'_>,
    subject: String,
    blindness: Option<String>,
) -> Finding {
    let rules = plan.alert_rules().filter(|(owner, _)| *owner == engine);
    let judged = rules.count();
    let new = |status, summary: &str| Finding::new(ID, Hop::Alerts, subject, status, summary);
    let finding = if let Some(why) = blindness {
        let summary = "not always watched: an alert may have fired unseen";
        new(Status::Inconclusive, summary)
            .observed(why)
            .hint("see why the ruler did not answer during the run")
    } else {
        let (pending, polls) = (watch.pending(), watch.log.polls);
        new(Status::Pass, "0 other alerts fired").observed(format!(
            "0 unexpected firing, {pending} pending, {polls} polls"
        ))
    };
    finding
        .expected(format!(
            "none of {judged} alerting rules fires unexpectedly"
        ))
        .evidence([watch.evidence])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlertLog, AlertState, Answer, Millis, Reading};
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::alerts::{self, Log, expecting, watched};
    use proptest::prelude::*;

    fn of(fixture: &Fixture) -> Vec<Finding> {
        fixture.judge(|case| Quiet.judge(case))
    }

    #[test]
    fn expected_allowed_and_pending_alerts_leave_it_quiet() {
        let found = of(&alerts::passing("quiet").unwrap()[0]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].status, Status::Pass);
        assert_eq!(found[0].subject, "prometheus alerts");
        assert_eq!(
            found[0].observed,
            "0 unexpected firing, 1 pending, 600 polls"
        );
        assert_eq!(
            found[0].expected,
            "none of 3 alerting rules fires unexpectedly"
        );
    }

    #[test]
    fn each_unexpected_instance_fails_by_itself() {
        let failing = alerts::failing("quiet").unwrap();
        let found = of(&failing[0]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].status, Status::Fail);
        assert_eq!(found[0].subject, "KvSlow{job=\"kv\", severity=\"ticket\"}");
        assert_eq!(found[0].summary, "fired, and is not expected");
        assert_eq!(
            found[0].observed,
            "firing 20 s after the load began, 1 time"
        );
        let found = of(&failing[1]);
        assert_eq!(found[0].summary, "fired with other labels than expected");
        assert_eq!(found[0].subject, "KvBurn{job=\"kv\", severity=\"ticket\"}");
    }

    #[test]
    fn an_alert_left_over_proves_nothing() {
        let log = Log::new().at(-5000, "KvSlow", "ticket", AlertState::Firing);
        let found = of(&watched(log));
        assert_eq!(found[0].status, Status::Inconclusive);
        assert_eq!(found[0].hint, START_AFRESH);
    }

    #[test]
    fn a_gap_makes_quiet_unproven_but_not_a_firing_that_was_seen() {
        let gap = |log: &mut AlertLog| log.longest_gap = Millis(2001);
        let found = of(&watched(Log::new().with(gap)));
        assert_eq!(found[0].status, Status::Inconclusive);
        let seen = Log::new()
            .at(20_000, "KvSlow", "ticket", AlertState::Firing)
            .with(gap);
        let found: Vec<_> = of(&watched(seen)).into_iter().map(|f| f.status).collect();
        assert_eq!(found, [Status::Fail, Status::Inconclusive]);
    }

    #[test]
    fn alerts_of_other_teams_do_not_matter() {
        let log = Log::new().at(20_000, "NodeDown", "page", AlertState::Firing);
        assert_eq!(of(&watched(log))[0].status, Status::Pass);
    }

    proptest! {
        #[test]
        fn the_order_of_the_log_does_not_matter(
            steps in prop::collection::vec(
                (0_i64..50, prop::sample::select(vec!["KvBurn", "KvSlow", "KvOther"]), prop::bool::ANY, prop::bool::ANY),
                0..10,
            ),
        ) {
            let mut log = Log::new();
            for (second, name, page, firing) in steps {
                let state = if firing { AlertState::Firing } else { AlertState::Inactive };
                log = log.at(second * 1000, name, if page { "page" } else { "ticket" }, state);
            }
            let mut turned = log.0.clone();
            turned.transitions.reverse();
            let question = Question::AlertStates { engine: Engine::Prometheus };
            let turned = expecting().answer(question, Answer::Value(Reading::Alerts(turned)));
            prop_assert_eq!(of(&watched(log)), of(&turned));
        }
    }
}
