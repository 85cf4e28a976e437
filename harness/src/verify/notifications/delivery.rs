//! The delivery of one expected alert: it must arrive, or must not.

use super::delivered::ID;
use super::inbox::Inbox;
use super::message::differences;
use crate::model::{
    Finding, Hop, Millis, Notification, NotificationStatus, Rule, Status, Timestamp,
};
use crate::scenario::plan::ExpectedAlert;
use crate::verify::alerts::expectation::{
    Expectation, leftover, phase_missing, subject, unobserved,
};
use crate::verify::alerts::watch::Watch;
use crate::verify::case::Case;
use crate::verify::words;

/// Grouping in Alertmanager and the way to the webhook.
const TRANSPORT: Millis = Millis(5000);

const UNSEEN: &str = "not delivered, and the ruler was not always seen";
const SEE_RULER: &str = "see why the ruler did not answer during the run";

fn finding(alert: &ExpectedAlert, status: Status, summary: impl Into<String>) -> Finding {
    Finding::new(ID, Hop::Notifications, subject(alert), status, summary)
}

/// It must not arrive; worth something only if the ruler was alive to send it.
pub(super) fn withheld(case: &Case<'_>, inbox: &Inbox<'_>, alert: &ExpectedAlert) -> Finding {
    let arrived = inbox.of_alert(alert, None).count();
    let finding = if arrived > 0 {
        finding(alert, Status::Fail, "delivered, and must not be")
            .observed(words::count(arrived as u64, "notification"))
            .hint("look at the routes, silences and inhibitions of Alertmanager")
    } else {
        let watch = match Watch::over(case, alert.engine) {
            Ok(watch) => watch,
            Err(unseen) => return unobserved(ID, Hop::Notifications, subject(alert), &unseen),
        };
        let (from, until) = (case.timeline.baseline, case.timeline.settled);
        let finding = match watch.blindness(from, until, watch.harmless_gap()) {
            Some(why) => finding(alert, Status::Inconclusive, UNSEEN)
                .observed(why)
                .hint(SEE_RULER),
            None => finding(alert, Status::Pass, "not delivered, as expected")
                .observed("0 notifications"),
        };
        finding.evidence([watch.evidence])
    };
    finding
        .expected("0 notifications")
        .evidence([inbox.evidence])
}

/// It must arrive, say what the rule says, and be called off.
pub(super) fn delivered(case: &Case<'_>, inbox: &Inbox<'_>, alert: &ExpectedAlert) -> Finding {
    let watch = match Watch::over(case, alert.engine) {
        Ok(watch) => watch,
        Err(unseen) => return unobserved(ID, Hop::Notifications, subject(alert), &unseen),
    };
    let Some(expectation) = Expectation::of(case, alert, watch.log) else {
        return phase_missing(ID, Hop::Notifications, alert);
    };
    let mut known = expectation.firings(case, &watch).into_iter();
    if known.any(|f| watch.is_leftover(&f, case.timeline)) {
        // Alertmanager told about it in an earlier run and need not do so again.
        return leftover(ID, Hop::Notifications, subject(alert), watch.evidence);
    }
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
    called_off(expectation, inbox, watch, delivered, first)
}

/// It was delivered; was it called off, too?
fn called_off(
    expectation: &Expectation<'_>,
    inbox: &Inbox<'_>,
    watch: &Watch<'_>,
    delivered: Finding,
    first: &Notification,
) -> Finding {
    let alert = expectation.alert;
    let Some(by) = expectation.resolve_deadline().map(|d| d + TRANSPORT) else {
        return delivered;
    };
    let resolved = inbox
        .of_alert(alert, Some(NotificationStatus::Resolved))
        .find(|n| n.at > first.at);
    let Some(resolved) = resolved else {
        let observed = format!("{}; 0 resolved", delivered.observed);
        let seen_to_the_end = watch
            .log
            .covered
            .is_some_and(|(_, last)| last + TRANSPORT >= by);
        return if seen_to_the_end {
            finding(alert, Status::Fail, "delivered, and never called off")
                .hint("set send_resolved: true at the receiver; see alerts/resolved")
        } else {
            finding(
                alert,
                Status::Inconclusive,
                "not called off, and the ruler not seen to the end",
            )
            .hint("see that the ruler lives to the end, or lengthen the last phase")
        }
        .observed(observed);
    };
    let observed = format!(
        "{}; resolved {}",
        delivered.observed,
        expectation.from_end(resolved.at)
    );
    if resolved.at <= by {
        return delivered.observed(observed);
    }
    let late = resolved.at.since(by);
    finding(alert, Status::Fail, format!("called off {late} too late"))
        .observed(observed)
        .hint("look at group_interval of Alertmanager's route")
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
        return finding(alert, Status::Inconclusive, UNSEEN)
            .observed(blindness)
            .hint(SEE_RULER);
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
