//! `notifications/delivered`: expected alerts reached the webhook in time, and nothing else did.

use super::message::differences;
use super::stray;
use crate::model::{
    Finding, Hop, Millis, Notification, NotificationStatus, Question, Reading, Rule, Status,
    Timestamp,
};
use crate::scenario::Plan;
use crate::scenario::plan::ExpectedAlert;
use crate::verify::alerts::expectation::{Expectation, phase_missing, subject, unobserved};
use crate::verify::alerts::quiet::engines;
use crate::verify::alerts::watch::{Watch, has_labels};
use crate::verify::case::{Answered, Case};
use crate::verify::check::{Check, Meta};

pub(super) const ID: &str = "notifications/delivered";
/// Grouping in Alertmanager and the way to the webhook.
const TRANSPORT: Millis = Millis(5000);

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
            builds_on: &["alerts/fired", "alerts/resolved"],
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
                    withheld(&inbox, alert)
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

/// What reached the webhook.
pub(super) struct Inbox<'a> {
    pub(super) evidence: u32,
    pub(super) messages: Vec<&'a Notification>,
}

impl<'a> Inbox<'a> {
    fn of(case: &Case<'a>) -> Result<Self, Box<Finding>> {
        let (evidence, why) = match case.answer(&Question::Notifications) {
            Answered::Value(evidence, Reading::Notifications(all)) => {
                let mut messages: Vec<_> = all.iter().collect();
                messages.sort_by_key(|n| n.at);
                return Ok(Self {
                    evidence: evidence.id,
                    messages,
                });
            }
            Answered::Value(evidence, _) | Answered::Empty(evidence) => {
                (Some(evidence.id), "the receiver kept no record")
            }
            Answered::Rejected(evidence, why) => (Some(evidence.id), why),
            Answered::Missing { evidence, why } => (evidence.map(|e| e.id), why),
        };
        let summary = "the receiver was not observed";
        let finding = Finding::new(
            ID,
            Hop::Notifications,
            "receiver",
            Status::Inconclusive,
            summary,
        );
        let finding = finding
            .expected("deliveries recorded during the run")
            .observed(format!("no answer: {why}"))
            .evidence(evidence)
            .hint("see that the webhook's address is free and reachable from Alertmanager");
        Err(Box::new(finding))
    }

    /// Deliveries of this alert with this status, in order.
    fn of_alert(
        &self,
        alert: &ExpectedAlert,
        status: Option<NotificationStatus>,
    ) -> impl Iterator<Item = &'a Notification> {
        let mine = move |n: &&Notification| {
            n.alert_name() == alert.name
                && has_labels(&n.labels, &alert.labels)
                && status.is_none_or(|s| s == n.status)
        };
        self.messages.iter().copied().filter(mine)
    }
}

fn finding(alert: &ExpectedAlert, status: Status, summary: impl Into<String>) -> Finding {
    Finding::new(ID, Hop::Notifications, subject(alert), status, summary)
}

/// It must not arrive.
fn withheld(inbox: &Inbox<'_>, alert: &ExpectedAlert) -> Finding {
    let arrived = inbox.of_alert(alert, None).count();
    let finding = if arrived == 0 {
        finding(alert, Status::Pass, "not delivered, as expected")
    } else {
        finding(alert, Status::Fail, "delivered, and must not be")
            .hint("look at the routes, silences and inhibitions of Alertmanager")
    };
    finding
        .expected("0 notifications")
        .observed(format!("{arrived} notification(s)"))
        .evidence([inbox.evidence])
}

/// It must arrive, say what the rule says, and be called off.
fn delivered(case: &Case<'_>, inbox: &Inbox<'_>, alert: &ExpectedAlert) -> Finding {
    let watch = match Watch::over(case, alert.engine) {
        Ok(watch) => watch,
        Err(unseen) => return unobserved(ID, Hop::Notifications, subject(alert), &unseen),
    };
    let Some(expectation) = Expectation::of(case, alert, watch.log) else {
        return phase_missing(ID, Hop::Notifications, alert);
    };
    let start = expectation.phase.start;
    let deadline = expectation.fire_deadline() + TRANSPORT;
    let mut firing = inbox
        .of_alert(alert, Some(NotificationStatus::Firing))
        .filter(|n| n.at >= start);
    let bound = expectation.bound(alert.fires_within);
    let finding = match firing.next() {
        Some(first) if first.at <= deadline => arrived(case, inbox, &expectation, &watch, first),
        late => {
            let seen = seen_firing(case, &expectation, &watch);
            absent(&expectation, &watch, seen, late.map(|n| n.at))
        }
    };
    finding
        .expected(format!(
            "delivered within {bound} + {TRANSPORT} of {}'s start",
            alert.phase
        ))
        .evidence([inbox.evidence, watch.evidence])
}

fn seen_firing(
    case: &Case<'_>,
    expectation: &Expectation<'_>,
    watch: &Watch<'_>,
) -> Option<Timestamp> {
    let firings = expectation.firings(case, watch);
    let start = expectation.phase.start;
    firings.iter().map(|f| f.from).find(|from| *from >= start)
}

fn arrived(
    case: &Case<'_>,
    inbox: &Inbox<'_>,
    expectation: &Expectation<'_>,
    watch: &Watch<'_>,
    first: &Notification,
) -> Finding {
    let alert = expectation.alert;
    let after = match seen_firing(case, expectation, watch) {
        Some(seen) if first.at >= seen => format!("{} after firing", first.at.since(seen)),
        Some(_) => format!("within one poll ({}) of firing", expectation.poll),
        None => format!(
            "{} after {} began",
            first.at.since(expectation.phase.start),
            alert.phase
        ),
    };
    let rules: Vec<&Rule> = case
        .plan
        .alert_rules()
        .filter(|(engine, rule)| *engine == alert.engine && rule.name == alert.name)
        .map(|(_, rule)| rule)
        .collect();
    let wrong = differences(first, &rules);
    if !wrong.is_empty() {
        return finding(
            alert,
            Status::Fail,
            "delivered with other words than the rule's",
        )
        .observed(wrong.join("; "))
        .hint("compare the rule in the file with what the ruler loaded, and its templates");
    }
    let delivered = finding(alert, Status::Pass, format!("delivered {after}"))
        .observed(format!("firing delivered {after} to {}", first.receiver));
    let Some(by) = expectation.resolve_deadline().map(|d| d + TRANSPORT) else {
        return delivered;
    };
    let resolved = inbox
        .of_alert(alert, Some(NotificationStatus::Resolved))
        .find(|n| n.at > first.at);
    let end = expectation.phase.end;
    match resolved {
        Some(n) if n.at <= by => {
            let resolved = format!("resolved {} after {} ended", n.at.since(end), alert.phase);
            let firing = delivered.observed.clone();
            delivered.observed(format!("{firing}; {resolved}"))
        }
        Some(n) => finding(
            alert,
            Status::Fail,
            format!("called off {} too late", n.at.since(by)),
        )
        .observed(format!(
            "resolved {} after {} ended",
            n.at.since(end),
            alert.phase
        ))
        .hint("look at group_interval of Alertmanager's route"),
        None if watch
            .log
            .covered
            .is_none_or(|(_, last)| last + TRANSPORT < by) =>
        {
            finding(
                alert,
                Status::Inconclusive,
                "delivered, not called off, and not watched to the end",
            )
            .observed(format!(
                "firing delivered {after}; the ruler was not seen to the end"
            ))
            .hint("see that the ruler lives to the end, or lengthen the last phase")
        }
        None => finding(alert, Status::Fail, "delivered, and never called off")
            .observed(format!("firing delivered {after}; 0 resolved"))
            .hint("set send_resolved: true at the receiver; see alerts/resolved"),
    }
}

/// It did not arrive in time: the chain's fault, or did the ruler die?
fn absent(
    expectation: &Expectation<'_>,
    watch: &Watch<'_>,
    seen: Option<Timestamp>,
    late: Option<Timestamp>,
) -> Finding {
    let (alert, start) = (expectation.alert, expectation.phase.start);
    let gap = Millis(alert.fires_within.0 / 2);
    if let Some(blindness) = watch.blindness(start, expectation.fire_deadline(), gap) {
        return finding(
            alert,
            Status::Inconclusive,
            "not delivered, and the ruler was not always seen",
        )
        .observed(blindness)
        .hint("see why the ruler did not answer during the run");
    }
    let firing = match seen {
        Some(at) => format!("firing {} after {} began", at.since(start), alert.phase),
        None => "never firing".to_owned(),
    };
    match late {
        Some(at) => {
            let deadline = expectation.fire_deadline() + TRANSPORT;
            finding(alert, Status::Fail, format!("delivered {} too late", at.since(deadline)))
                .observed(format!("{firing}, delivered {} after it began", at.since(start)))
                .hint("look at group_wait and group_interval of Alertmanager's route")
        }
        None if seen.is_some() => finding(alert, Status::Fail, "fired, and was never delivered")
            .observed(format!("{firing}; 0 notifications"))
            .hint("look at Alertmanager's routes, silences and inhibitions, and at the ruler's alertmanager address"),
        None => finding(alert, Status::Fail, "never delivered: it never fired")
            .observed(format!("{firing}; 0 notifications"))
            .hint("see alerts/fired"),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
