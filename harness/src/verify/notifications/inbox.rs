//! What reached the webhook while the run went on.

use super::delivered::ID;
use crate::model::{Finding, Hop, Notification, NotificationStatus, Question, Reading, Status};
use crate::scenario::plan::ExpectedAlert;
use crate::verify::alerts::watch::has_labels;
use crate::verify::case::{Answered, Case};

/// The receiver's record.
pub(super) struct Inbox<'a> {
    /// Where it is kept.
    pub(super) evidence: u32,
    /// In order of arrival.
    pub(super) messages: Vec<&'a Notification>,
}

impl<'a> Inbox<'a> {
    /// Everything the receiver recorded.
    pub(super) fn of(case: &Case<'a>) -> Result<Self, Box<Finding>> {
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
    pub(super) fn of_alert(
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
