use super::*;
use crate::model::{AlertState, Millis, NotificationStatus, Timestamp};
use crate::verify::fixture::Fixture;
use crate::verify::fixtures::alerts::{Log, OUTAGE, fired_and_resolved, watched};
use crate::verify::fixtures::notifications::{self, message, received};

fn of(fixture: &Fixture) -> Vec<Finding> {
    fixture.judge(|case| Delivered.judge(case))
}

#[test]
fn a_delivery_after_firing_passes_with_its_delay() {
    let found = of(&notifications::passing("delivered").unwrap()[0]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].status, Status::Pass);
    assert_eq!(found[0].summary, "delivered 11 ms after firing");
    assert_eq!(
        found[0].observed,
        "firing delivered 11 ms after firing to kv; resolved 5.1 s after outage ended"
    );
    assert_eq!(
        found[0].expected,
        "delivered within 8 s + 600 ms (evaluation 500 ms, poll 100 ms) + 5 s of outage's start"
    );
}

#[test]
fn none_expected_and_none_arrived_passes() {
    let found = of(&notifications::passing("delivered").unwrap()[1]);
    assert_eq!(found[0].status, Status::Pass);
    assert_eq!(found[0].summary, "no notification expected, none arrived");
}

#[test]
fn each_way_to_go_wrong_is_told_apart() {
    let failing = notifications::failing("delivered").unwrap();
    let found: Vec<_> = failing.iter().map(|f| of(f).remove(0)).collect();
    assert!(
        found
            .iter()
            .all(|f| f.status == Status::Fail && !f.hint.is_empty())
    );
    let summaries: Vec<_> = found.iter().map(|f| f.summary.as_str()).collect();
    assert_eq!(
        summaries,
        [
            "fired, and was never delivered",
            "delivered 1.4 s too late",
            "delivered, and never called off",
            "delivered with other words than the rule's",
            "delivered, and must not be",
            "delivered, and not expected",
        ]
    );
    assert_eq!(found[3].observed, "annotation summary is missing");
    assert_eq!(found[5].subject, "KvSlow{job=\"kv\", severity=\"page\"}");
}

#[test]
fn a_dead_ruler_makes_a_missing_delivery_inconclusive() {
    let log = Log::new().with(|log| log.covered.as_mut().unwrap().1 = OUTAGE + Millis(2000));
    let found = of(&received(watched(log), vec![]));
    assert_eq!(found[0].status, Status::Inconclusive);
    assert_eq!(found[0].observed, "the ruler was last seen 6.6 s too early");
}

#[test]
fn a_delivery_before_the_poll_saw_it_firing_is_in_time() {
    let firing = message("KvBurn", 16_350, NotificationStatus::Firing);
    let resolved = message("KvBurn", 35_100, NotificationStatus::Resolved);
    let found = of(&received(
        watched(fired_and_resolved()),
        vec![firing, resolved],
    ));
    assert_eq!(
        found[0].summary,
        "delivered within one poll (100 ms) of firing"
    );
}

#[test]
fn what_an_earlier_run_left_over_proves_nothing() {
    let mut old = message("KvSlow", 1000, NotificationStatus::Resolved);
    old.starts_at = Some(Timestamp(OUTAGE.0 - 60_000));
    let found = of(&received(watched(Log::new()), vec![old]));
    assert_eq!(found[1].status, Status::Inconclusive);
}

#[test]
fn a_receiver_that_was_not_up_proves_nothing() {
    let log = Log::new().at(16_400, "KvBurn", "page", AlertState::Firing);
    let found = of(&watched(log).unavailable(Question::Notifications));
    assert_eq!(found[0].status, Status::Inconclusive);
    assert_eq!(found[0].observed, "no answer: connection refused");
}

#[test]
fn without_a_receiver_nothing_is_asked() {
    let fixture = received(watched(Log::new()), vec![]).with(|f| f.plan.telemetry.stack = false);
    assert_eq!(of(&fixture)[0].status.word(), "skipped");
    assert_eq!(fixture.judge(|case| Delivered.wants(case.plan)), []);
}

#[test]
fn silence_of_a_dead_ruler_is_not_obedience() {
    let dead = |log: Log| log.with(|log| log.covered.as_mut().unwrap().1 = OUTAGE);
    let unwanted = |log| {
        received(watched(log), vec![]).with(|f| f.plan.alerts.expected[0].delivered = Some(false))
    };
    assert_eq!(of(&unwanted(Log::new()))[0].status, Status::Pass);
    assert_eq!(
        of(&unwanted(dead(Log::new())))[0].status,
        Status::Inconclusive
    );
    let none = received(watched(dead(Log::new())), vec![]);
    let none = none.with(|f| f.plan.alerts.expected.clear());
    let found = of(&none);
    assert_eq!(found[0].status, Status::Inconclusive);
    assert_eq!(
        found[0].summary,
        "none arrived, but a ruler was not always seen"
    );
}

#[test]
fn allowed_alerts_may_be_delivered() {
    let other = message("KvOther", 20_000, NotificationStatus::Firing);
    let fixture = received(watched(Log::new()), vec![other]);
    let found = of(&fixture.with(|f| f.plan.alerts.expected.clear()));
    assert_eq!(found[0].status, Status::Pass);
    assert_eq!(
        found[0].observed,
        "1 notification of expected or allowed alerts"
    );
}

#[test]
fn an_alert_from_before_the_run_need_not_be_delivered_again() {
    let log = Log::new().at(-5000, "KvBurn", "page", AlertState::Firing);
    let found = of(&received(watched(log), vec![]));
    assert_eq!(found[0].status, Status::Inconclusive);
    assert_eq!(found[0].summary, "was already firing when the run began");
}
