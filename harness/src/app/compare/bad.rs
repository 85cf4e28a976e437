//! Route by route, which share of a run's requests came to a bad end, and whether that differs by more than chance.
//!
//! Percentiles alone do not tell: an error may be the fastest answer of all, and what was never sent has no time.

use serde::Serialize;

use super::Run;
use super::rows::Change;
use crate::ledger::Ledger;
use crate::model::RouteId;

/// A share may differ by a tenth of a percentage point, however many requests there were.
const LEAST: f64 = 0.001;

/// Standard errors that it may differ by: beyond three, chance alone comes in 3 of 1,000 comparisons.
const ERRORS: f64 = 3.0;

/// The share of bad outcomes of one route: errors, time-outs, lost connections, and what was never sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct BadShare {
    pub(super) route: String,
    /// 0 to 1; `None` where nothing was to be sent.
    pub(super) current: Option<f64>,
    pub(super) baseline: Option<f64>,
    /// Current less baseline.
    pub(super) delta: Option<f64>,
    /// How much it may differ either way.
    pub(super) tolerance: Option<f64>,
    pub(super) change: Change,
}

impl BadShare {
    /// Whether the baseline knew it and the current run does not.
    pub(super) fn is_lost(&self) -> bool {
        self.change == Change::Unknown && self.baseline.is_some()
    }
}

/// One for each route, over the measured phases. `share` is the least tolerance as a share of the baseline.
pub(super) fn bad_shares(current: &Run<'_>, baseline: &Run<'_>, share: f64) -> Vec<BadShare> {
    let routes = baseline.plan.load.routes.iter();
    routes
        .map(|route| {
            let (now, before) = (
                Count::of(current, &route.id),
                Count::of(baseline, &route.id),
            );
            of_route(route.id.to_string(), now, before, share)
        })
        .collect()
}

fn of_route(route: String, now: Count, before: Count, share: f64) -> BadShare {
    let (current, baseline) = (now.share(), before.share());
    let delta = current.zip(baseline).map(|(now, before)| now - before);
    let tolerance = baseline.map(|baseline| {
        let chance = ERRORS * standard_error(now, before);
        chance.max(LEAST).max(share * baseline)
    });
    BadShare {
        route,
        current,
        baseline,
        delta,
        tolerance,
        change: delta
            .zip(tolerance)
            .map_or(Change::Unknown, |(delta, most)| Change::of(delta, most)),
    }
}

/// Bad outcomes, and all.
#[derive(Debug, Clone, Copy)]
struct Count {
    bad: u64,
    all: u64,
}

impl Count {
    fn of(run: &Run<'_>, route: &RouteId) -> Self {
        let cells = || run.ledger.route(route).filter(|cell| cell.measured);
        let outcomes = Ledger::sum_outcomes(cells());
        let all = outcomes.events();
        let good: u64 = cells().map(|cell| cell.good).sum();
        Self {
            bad: all - good,
            all,
        }
    }

    fn share(self) -> Option<f64> {
        (self.all > 0).then(|| self.bad as f64 / self.all as f64)
    }
}

/// Of the difference of two shares of n and m, if both are the same share p: √(p (1 − p) (1/n + 1/m)), with p of the two
/// taken together (the two-proportion z-test). 0 where one has no requests.
fn standard_error(now: Count, before: Count) -> f64 {
    let (n, m) = (now.all as f64, before.all as f64);
    if n == 0.0 || m == 0.0 {
        return 0.0;
    }
    let p = (now.bad + before.bad) as f64 / (n + m);
    (p * (1.0 - p) * (1.0 / n + 1.0 / m)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::OutcomeCounts;
    use crate::model::outcome::NotSent;
    use crate::verify::fixture::Fixture;

    fn change(now: (u64, u64), before: (u64, u64)) -> Change {
        let count = |(bad, all)| Count { bad, all };
        of_route("get".into(), count(now), count(before), 0.05).change
    }

    #[test]
    fn a_share_is_worse_beyond_three_standard_errors() {
        // Both together are 1 % of 20,000: a standard error of 0.14 percentage points.
        assert_eq!(change((121, 10_000), (79, 10_000)), Change::Same);
        assert_eq!(change((122, 10_000), (78, 10_000)), Change::Regression);
        assert_eq!(change((78, 10_000), (122, 10_000)), Change::Improvement);
        // Eight of a thousand where there was none may be chance, nine are not.
        assert_eq!(change((8, 1000), (0, 1000)), Change::Same);
        assert_eq!(change((9, 1000), (0, 1000)), Change::Regression);
    }

    #[test]
    fn a_share_is_worse_beyond_a_tenth_of_a_percentage_point_and_the_share_of_the_baseline() {
        assert_eq!(change((900, 1_000_000), (0, 1_000_000)), Change::Same);
        assert_eq!(
            change((1100, 1_000_000), (0, 1_000_000)),
            Change::Regression
        );
        assert_eq!(
            change((104_900, 1_000_000), (100_000, 1_000_000)),
            Change::Same
        );
        assert_eq!(
            change((105_100, 1_000_000), (100_000, 1_000_000)),
            Change::Regression
        );
    }

    #[test]
    fn no_requests_have_no_share() {
        let none = of_route(
            "get".into(),
            Count { bad: 0, all: 0 },
            Count { bad: 0, all: 9 },
            0.05,
        );
        assert_eq!((none.current, none.change), (None, Change::Unknown));
        assert!(none.is_lost());
        assert_eq!(change((9, 9), (0, 0)), Change::Unknown);
    }

    #[test]
    fn every_outcome_but_a_good_one_and_a_step_that_could_not_follow_is_bad() {
        let outcomes = OutcomeCounts {
            timed_out: 1,
            connect_failed: 2,
            broken: 4,
            not_sent: 108,
            why_not_sent: [(NotSent::StepBefore, 100)].into(),
            ..OutcomeCounts::default()
        };
        let run = Fixture::new()
            .completed("get", "warmup", 500, 50, 1000)
            .completed("get", "outage", 200, 69, 1000)
            .completed("get", "outage", 500, 16, 1000)
            .unfinished("get", "outage", &outcomes);
        let shares = bad_shares(&Run::of_fixture(&run), &Run::of_fixture(&run), 0.05);
        assert_eq!(shares[0].current, Some(0.31));
        assert_eq!((shares[0].change, shares[1].current), (Change::Same, None));
    }
}
