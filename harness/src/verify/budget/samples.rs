//! Whether there are enough arrivals to judge a percentile by.
//!
//! "99 % within 250 ms" and "p99 at most 250 ms" are one promise, and a percentile wants samples.

use super::events::Events;
use crate::model::{Finding, Millis, SAMPLES_BEYOND, samples_needed};
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, ObjectiveExpectation, SloPlan};
use crate::verify::check::Meta;
use crate::verify::words;

/// The finding that takes the place of a pass which too few arrivals allow; `None` where there are enough, or where
/// the objective promises no percentile. Enough bad events prove a miss however few arrivals there were.
pub(super) fn shortage(
    meta: &Meta,
    plan: &Plan,
    slo: &SloPlan,
    events: &Events,
) -> Option<Finding> {
    if !matches!(slo.bad, BadEvents::SlowerThan { .. }) {
        return None;
    }
    let needed = needed(slo.objective.target)?;
    let missed_for_sure =
        slo.expect == ObjectiveExpectation::Missed && events.bad_least >= SAMPLES_BEYOND;
    if events.total >= needed || missed_for_sure {
        return None;
    }
    let percentile = (slo.objective.target * 1e8).round() / 1e6;
    Some(
        meta.undecided(
            slo.objective.name.as_str(),
            format!(
                "too few arrivals to judge a p{percentile}: {} of {}",
                words::grouped(events.total),
                words::grouped(needed)
            ),
        )
        .hint(remedy(plan, needed, events.total)),
    )
}

/// `None` for a target of 100 %, which is no percentile.
fn needed(target: f64) -> Option<u64> {
    (target < 1.0).then(|| samples_needed(target))
}

/// How long the load must be measured at the rate it had, or which rate it takes.
fn remedy(plan: &Plan, needed: u64, total: u64) -> String {
    let phases = plan.load.phases.iter().filter(|p| p.measured);
    let measured = phases.fold(Millis(0), |sum, p| sum + p.duration);
    let longer = Millis((measured.0 * needed).div_ceil(total.max(1)));
    let seconds = Millis(longer.0.div_ceil(1000) * 1000);
    let rate = total as f64 / measured.as_secs_f64();
    format!(
        "measure {seconds} at this objective's {rate:.1} arrivals per second, or raise the rate"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Severity, Status};
    use crate::verify::budget::Objective;
    use crate::verify::check::Check as _;
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::budget::{errors, slow};

    /// So many fast and slow arrivals over 40 s of measured phases.
    fn judged(fast: u64, slow_ones: u64, slo: SloPlan) -> Finding {
        Fixture::new()
            .completed("get", "outage", 200, fast, 3000)
            .completed("get", "outage", 200, slow_ones, 400_000)
            .with(|f| f.plan.slos = vec![slo])
            .judge(|case| Objective.judge(case))
            .swap_remove(0)
    }

    fn p99() -> SloPlan {
        slow(Millis(250), 0.99)
    }

    #[test]
    fn an_objective_on_too_few_arrivals_is_undecided_and_says_how_many_it_takes_and_how_long() {
        let finding = judged(800, 0, p99());
        assert_eq!(
            (&finding.status, finding.severity),
            (&Status::Inconclusive, Severity::Error)
        );
        assert_eq!(
            finding.summary,
            "too few arrivals to judge a p99: 800 of 1,000"
        );
        assert_eq!(
            finding.hint,
            "measure 50 s at this objective's 20.0 arrivals per second, or raise the rate"
        );
        assert_eq!(judged(999, 0, p99()).status, Status::Inconclusive);
        assert_eq!(judged(1000, 0, p99()).status, Status::Pass);
    }

    #[test]
    fn a_miss_needs_no_more_than_ten_slow_ones() {
        assert_eq!(judged(90, 10, p99()).status, Status::Fail);
        let missed = |fast, slow| {
            let slo = SloPlan {
                expect: ObjectiveExpectation::Missed,
                ..p99()
            };
            judged(fast, slow, slo).status
        };
        assert_eq!(missed(90, 10), Status::Pass);
        assert_eq!(missed(90, 9), Status::Inconclusive);
    }

    #[test]
    fn a_share_of_errors_is_no_percentile() {
        assert_eq!(judged(100, 0, errors(0.999)).status, Status::Pass);
    }
}
