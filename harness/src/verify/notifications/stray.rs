//! Deliveries that nobody expects, and the proof that there were none.

use std::collections::BTreeMap;

use super::delivered::ID;
use super::inbox::Inbox;
use crate::model::{Finding, Hop, Notification, Status};
use crate::scenario::Plan;
use crate::verify::alerts::expectation::{START_AFRESH, unobserved};
use crate::verify::alerts::quiet::engines;
use crate::verify::alerts::watch::{Watch, has_labels, instance};
use crate::verify::case::Case;
use crate::verify::words;

/// One finding for each alert instance that is neither expected nor allowed and was delivered.
pub(super) fn findings(case: &Case<'_>, inbox: &Inbox<'_>) -> Vec<Finding> {
    let mut strays: BTreeMap<String, Vec<&Notification>> = BTreeMap::new();
    for message in &inbox.messages {
        if !is_known(case.plan, message) {
            let subject = instance(message.alert_name(), &message.labels);
            strays.entry(subject).or_default().push(message);
        }
    }
    let baseline = case.timeline.baseline;
    // An earlier run's alert may be called off in this one.
    let is_old = |n: &&Notification| n.at < baseline || n.starts_at.is_some_and(|s| s < baseline);
    strays
        .into_iter()
        .map(|(subject, messages)| {
            let count = messages.len();
            let finding = if messages.iter().all(is_old) {
                let summary = "delivered, and left over from before the run";
                Finding::new(
                    ID,
                    Hop::Notifications,
                    subject,
                    Status::Inconclusive,
                    summary,
                )
                .hint(START_AFRESH)
            } else {
                let summary = "delivered, and not expected";
                Finding::new(ID, Hop::Notifications, subject, Status::Fail, summary)
                    .hint("if the alert is right, name it under alerts.expect or alerts.allow")
            };
            finding
                .expected("0 notifications")
                .observed(words::count(count as u64, "notification"))
                .evidence([inbox.evidence])
        })
        .collect()
}

fn is_known(plan: &Plan, message: &Notification) -> bool {
    let name = message.alert_name();
    let mut expected = plan.alerts.expected.iter();
    plan.alerts.allowed.iter().any(|allowed| allowed == name)
        || expected.any(|e| e.name == name && has_labels(&message.labels, &e.labels))
}

/// None expected and none arrived: worth something only if the rulers were alive all the time.
pub(super) fn nothing_arrived(case: &Case<'_>, inbox: &Inbox<'_>) -> Finding {
    let new = |status, summary: &str| {
        Finding::new(ID, Hop::Notifications, "receiver", status, summary)
            .expected("no other notification")
    };
    let mut evidence = vec![inbox.evidence];
    for engine in engines(case.plan) {
        let watch = match Watch::over(case, engine) {
            Ok(watch) => watch,
            Err(unseen) => {
                let subject = format!("{engine} alerts");
                return unobserved(ID, Hop::Notifications, subject, &unseen);
            }
        };
        evidence.push(watch.evidence);
        let (from, until) = (case.timeline.baseline, case.timeline.settled);
        if let Some(blindness) = watch.blindness(from, until, watch.harmless_gap()) {
            let summary = "none arrived, but a ruler was not always seen";
            return new(Status::Inconclusive, summary)
                .observed(format!("{engine}: {blindness}"))
                .evidence(evidence)
                .hint("see why the ruler did not answer during the run");
        }
    }
    let arrived = inbox.messages.len();
    let (summary, observed) = if arrived == 0 {
        let summary = "no notification expected, none arrived";
        (summary, "0 notifications".to_owned())
    } else {
        let observed = format!(
            "{} of expected or allowed alerts",
            words::count(arrived as u64, "notification")
        );
        ("no other notification arrived", observed)
    };
    new(Status::Pass, summary)
        .observed(observed)
        .evidence(evidence)
}
