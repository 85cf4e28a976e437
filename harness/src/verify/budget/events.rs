//! The events of an objective as the ledger knows them, once through the eyes of the user and once of the server.

use crate::ledger::{Cell, Ledger};
use crate::model::Millis;
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, SloPlan};

/// How much longer than to the server a request may look to the client when the scenario names no latency signal.
pub(crate) const DEFAULT_GAP: Millis = Millis(10);

/// An arrival sent later than this after its due time left late.
const LATE: Millis = Millis(10);

/// Counted events. Where the ledger cannot know a count exactly, it is a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Events {
    /// At least so many.
    pub(crate) bad_least: u64,
    /// At most so many.
    pub(crate) bad_most: u64,
    /// All events; for the server those that it surely counted.
    pub(crate) total: u64,
    /// Events that the server may have counted besides; 0 for the user.
    pub(crate) perhaps: u64,
}

/// The cells whose arrivals are events of an objective.
pub(crate) fn cells<'l>(ledger: &'l Ledger, slo: &SloPlan) -> Vec<&'l Cell> {
    ledger
        .cells
        .iter()
        .filter(|c| slo.judges(&c.route))
        .collect()
}

/// The user's view: every planned arrival is an event, and whatever is not a whole response is bad. Slow is what was
/// slow from the moment it was due. A journey's step that could not follow is none: the one before it was the event. One
/// that lacked a value of the reply before is: nobody else was.
pub(crate) fn for_the_user(plan: &Plan, slo: &SloPlan, cells: &[&Cell]) -> Events {
    let sum = Ledger::sum_outcomes(cells.iter().copied());
    let total = sum.events();
    let unfinished = total - sum.completed_total();
    let (bad_least, bad_most) = match slo.bad {
        BadEvents::Status { from, to } => {
            let bad = sum.completed_between(from, to) + unfinished;
            (bad, bad)
        }
        BadEvents::SlowerThan { bound } => {
            let response = Ledger::merge_histograms(cells.iter().copied(), |c| &c.response);
            let slow = response.count_above(bound.0 * 1000);
            // What left late may be slow by the generator's own doing: it is surely bad, but not surely the service's.
            let late = Ledger::merge_histograms(cells.iter().copied(), |c| &c.delay)
                .count_above(LATE.0 * 1000);
            // The response times of sent arrivals hold unfinished ones too. Those must not count twice: surely not
            // the timed-out ones, which are slower than the bound, and at most as many as there are in it.
            let timed = response.count().saturating_sub(sum.completed_total());
            let twice_most = timed.min(slow);
            let twice_least = if plan.load.timeout > bound {
                sum.timed_out.min(twice_most)
            } else {
                0
            };
            (
                (slow + unfinished - twice_most).saturating_sub(late),
                slow + unfinished - twice_least,
            )
        }
    };
    Events {
        bad_least,
        bad_most: bad_most.min(total),
        total,
        perhaps: 0,
    }
}

/// The server's view: only whole responses were surely counted. Its requests were at most as long as the client's and
/// at least that less the allowed gap, and less the longest pause of the generator, in which an answer lay unread.
pub(crate) fn for_the_server(plan: &Plan, slo: &SloPlan, ledger: &Ledger) -> Events {
    let cells = cells(ledger, slo);
    let sum = Ledger::sum_outcomes(cells.iter().copied());
    let (bad_least, bad_most) = match slo.bad {
        BadEvents::Status { from, to } => {
            let bad = sum.completed_between(from, to);
            (bad, bad)
        }
        BadEvents::SlowerThan { bound } => {
            let service = Ledger::merge_histograms(cells.iter().copied(), |c| &c.service);
            let gap = plan
                .signals
                .latency
                .as_ref()
                .map_or(DEFAULT_GAP, |s| s.allowed_gap);
            let gap = gap + Millis(ledger.generator.longest_pause_ms.unwrap_or(0));
            let us = bound.0 * 1000;
            // The ledger's histogram is exact to 0.1 %: what lies that close to the bound may be above it.
            let most = service.count_above(us - us / 1000);
            (service.count_above(us + gap.0 * 1000), most)
        }
    };
    Events {
        bad_least,
        bad_most: bad_most + sum.ambiguous(),
        total: sum.completed_total(),
        perhaps: sum.ambiguous(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::OutcomeCounts;
    use crate::model::outcome::NotSent;
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::budget::slo;

    const SLOW: BadEvents = BadEvents::SlowerThan { bound: Millis(100) };
    const ERRORS: BadEvents = BadEvents::Status { from: 500, to: 599 };

    fn run() -> Fixture {
        Fixture::new()
            .completed("get", "outage", 200, 80, 3000)
            .completed("get", "outage", 200, 10, 104_000)
            .completed("get", "outage", 500, 5, 3000)
            .unfinished(
                "get",
                "outage",
                &OutcomeCounts {
                    timed_out: 2,
                    connect_failed: 1,
                    broken: 1,
                    not_sent: 1,
                    ..OutcomeCounts::default()
                },
            )
    }

    fn events(
        fixture: &Fixture,
        bad: BadEvents,
        view: fn(&Plan, &SloPlan, &Ledger) -> Events,
    ) -> [u64; 4] {
        let e = view(&fixture.plan, &slo(bad, 0.99), &fixture.ledger);
        [e.bad_least, e.bad_most, e.total, e.perhaps]
    }

    fn user(plan: &Plan, slo: &SloPlan, ledger: &Ledger) -> Events {
        for_the_user(plan, slo, &cells(ledger, slo))
    }

    #[test]
    fn a_pause_of_the_generator_widens_what_the_server_may_have_seen() {
        let run = || Fixture::new().completed("get", "outage", 200, 5, 180_000);
        assert_eq!(events(&run(), SLOW, for_the_server), [5, 5, 5, 0]);
        let paused = run().with(|f| f.ledger.generator.longest_pause_ms = Some(142));
        assert_eq!(events(&paused, SLOW, for_the_server), [0, 5, 5, 0]);
    }

    #[test]
    fn a_step_that_could_not_follow_is_no_event() {
        let unfollowed = OutcomeCounts {
            not_sent: 7,
            why_not_sent: [(NotSent::StepBefore, 7)].into(),
            ..OutcomeCounts::default()
        };
        let run = run().unfinished("get", "outage", &unfollowed);
        assert_eq!(events(&run, ERRORS, user), [10, 10, 100, 0]);
    }

    #[test]
    fn a_step_for_which_the_reply_before_lacked_a_value_is_a_bad_event() {
        let lacking = OutcomeCounts {
            not_sent: 9,
            why_not_sent: [(NotSent::NoValue, 2), (NotSent::StepBefore, 7)].into(),
            ..OutcomeCounts::default()
        };
        let run = run().unfinished("get", "outage", &lacking);
        assert_eq!(events(&run, ERRORS, user), [12, 12, 102, 0]);
        assert_eq!(events(&run, SLOW, user), [17, 17, 102, 0]);
    }

    #[test]
    fn what_left_late_is_perhaps_not_the_service_s_doing() {
        let late =
            run().with(|f| (0..4).for_each(|_| f.cell("get", "outage").delay.record(40_000)));
        assert_eq!(events(&late, SLOW, user), [11, 15, 100, 0]);
        assert_eq!(events(&late, ERRORS, user), [10, 10, 100, 0]);
    }

    #[test]
    fn whatever_is_not_a_whole_response_is_bad_for_the_user() {
        assert_eq!(events(&run(), ERRORS, user), [10, 10, 100, 0]);
        assert_eq!(events(&run(), SLOW, user), [15, 15, 100, 0]);
    }

    #[test]
    fn a_timed_out_request_is_slow_and_unfinished_but_one_bad_event() {
        let recorded = run().with(|f| {
            let cell = f.cell("get", "outage");
            cell.response.record(2_000_000);
            cell.response.record(2_000_000);
        });
        assert_eq!(events(&recorded, SLOW, user), [15, 15, 100, 0]);
        // A connection refused after 1 ms and one broken after 200 ms: one of the two was slow, which one is unknown.
        let all = recorded.with(|f| {
            let cell = f.cell("get", "outage");
            cell.response.record(1000);
            cell.response.record(200_000);
        });
        assert_eq!(events(&all, SLOW, user), [14, 16, 100, 0]);
    }

    #[test]
    fn the_server_sees_whole_responses_and_perhaps_the_unanswered() {
        assert_eq!(events(&run(), ERRORS, for_the_server), [5, 8, 95, 3]);
        // 104 ms for the client may have been 94 ms for the server.
        assert_eq!(events(&run(), SLOW, for_the_server), [0, 13, 95, 3]);

        // The ledger's histogram cannot tell 100.01 ms from the bound; the server may have.
        let close = run().completed("get", "outage", 200, 1, 100_010);
        assert_eq!(events(&close, SLOW, for_the_server), [0, 14, 96, 3]);
    }
}
