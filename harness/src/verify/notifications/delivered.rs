//! `notifications/delivered`: expected alerts reached the webhook in time, and nothing else did.

use super::delivery::{delivered, withheld};
use super::inbox::Inbox;
use super::stray;
use crate::model::{Finding, Hop, Question, Status};
use crate::scenario::Plan;
use crate::verify::alerts::quiet::engines;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};

pub(super) const ID: &str = "notifications/delivered";

/// The check.
pub struct Delivered;

impl Check for Delivered {
    fn meta(&self) -> Meta {
        Meta {
            id: ID,
            hop: Hop::Notifications,
            title: "expected alerts reach the receiver in time, and nothing else does",
            failure: "nobody would be told, or somebody would be told something wrong",
            needs_planned_load: true,
            builds_on: &["alerts/fired", "alerts/resolved", "alerts/quiet"],
        }
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        if skipped(plan).is_some() {
            return vec![];
        }
        let rulers = engines(plan)
            .into_iter()
            .chain(plan.alerts.expected.iter().map(|a| a.engine));
        let mut questions: Vec<Question> = rulers
            .map(|engine| Question::AlertStates { engine })
            .collect();
        questions.push(Question::Notifications);
        questions.sort_unstable();
        questions.dedup();
        questions
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        if let Some(why) = skipped(case.plan) {
            let status = Status::Skipped { why: why.into() };
            let summary = "notifications are not judged";
            return vec![Finding::new(
                ID,
                Hop::Notifications,
                "receiver",
                status,
                summary,
            )];
        }
        let inbox = match Inbox::of(case) {
            Ok(inbox) => inbox,
            Err(finding) => return vec![*finding],
        };
        let expected = case.plan.alerts.expected.iter();
        let mut found: Vec<Finding> = expected
            .filter_map(|alert| {
                Some(if alert.delivered? {
                    delivered(case, &inbox, alert)
                } else {
                    withheld(case, &inbox, alert)
                })
            })
            .collect();
        found.extend(stray::findings(case, &inbox));
        if found.is_empty() {
            found.push(stray::nothing_arrived(case, &inbox));
        }
        found
    }
}

fn skipped(plan: &Plan) -> Option<&'static str> {
    if !plan.telemetry.has_receiver() {
        Some("the scenario has no receiver")
    } else if plan.alert_rules().next().is_none() && plan.alerts.expected.is_empty() {
        Some("no alerting rule in this scenario")
    } else {
        None
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
