//! Percentile by percentile, how far a run is from its baseline, and whether that is more than noise.

use serde::Serialize;

use super::Run;
use crate::app::document::percentiles::censored;
use crate::ledger::{Ledger, WindowRow};
use crate::model::RouteId;

/// One percentile of one route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    pub(super) route: String,
    pub(super) percentile: &'static str,
    /// Milliseconds; `None` where there are too few samples.
    pub(super) current_ms: Option<f64>,
    /// It lies among time-outs: the true value is at least `current_ms`.
    pub(super) current_at_least: bool,
    /// As of the current run.
    pub(super) baseline_ms: Option<f64>,
    pub(super) baseline_at_least: bool,
    /// Current less baseline: at least so much if the current value is a lower bound, at most if the baseline's is, and
    /// `None` if both are.
    pub(super) delta_ms: Option<f64>,
    /// The same as a share of the baseline.
    pub(super) delta: Option<f64>,
    /// How much it may differ either way.
    pub(super) tolerance_ms: Option<f64>,
    pub(super) change: Change,
}

impl Row {
    /// Whether the baseline knew it and the current run does not: what was comparable no longer is.
    pub(super) fn is_lost(&self) -> bool {
        self.change == Change::Unknown && self.baseline_ms.is_some() && !self.baseline_at_least
    }
}

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    /// Worse by more than the tolerance.
    Regression,
    /// Better by more than the tolerance.
    Improvement,
    /// Within the tolerance.
    Same,
    /// One side has no value, or one that is too little to tell.
    Unknown,
}

impl Change {
    /// What a difference of known values means, where it may be `most` either way.
    pub(super) fn of(delta: f64, most: f64) -> Self {
        if delta > most {
            Self::Regression
        } else if delta < -most {
            Self::Improvement
        } else {
            Self::Same
        }
    }
}

/// A percentile in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Value {
    ms: f64,
    /// It lies among time-outs, and is longer by nobody knows how much.
    at_least: bool,
}

/// A per-second percentile whose spread is the noise of a percentile.
type OfSecond = fn(&WindowRow) -> Option<u64>;

/// Rows of all routes over the measured phases. `share` is the least tolerance as a share of the baseline.
pub(super) fn rows(current: &Run<'_>, baseline: &Run<'_>, share: f64) -> Vec<Row> {
    let routes = baseline.plan.load.routes.iter().enumerate();
    routes
        .flat_map(|(index, route)| of_route(current, baseline, share, (index, &route.id)))
        .collect()
}

fn of_route(
    current_run: &Run<'_>,
    baseline_run: &Run<'_>,
    share: f64,
    (index, route): (usize, &RouteId),
) -> Vec<Row> {
    let now = percentiles(current_run, route);
    let before = percentiles(baseline_run, route);
    // Seconds have no p90; their p95 is noisier, which errs on the quiet side.
    let kinds: [(&'static str, OfSecond); 4] = [
        ("p50", |row| row.p50_us),
        ("p90", |row| row.p95_us),
        ("p95", |row| row.p95_us),
        ("p99", |row| row.p99_us),
    ];
    let pairs = now.into_iter().zip(before);
    kinds
        .into_iter()
        .zip(pairs)
        .map(|((percentile, of_second), (current, baseline))| {
            let noise = |run| 3.0 * sigma_ms(run, index, of_second);
            let tolerance_ms = baseline.map(|value| {
                (share * value.ms)
                    .max(noise(baseline_run))
                    .max(noise(current_run))
            });
            let delta_ms = current
                .zip(baseline)
                .filter(|(now, before)| !(now.at_least && before.at_least))
                .map(|(now, before)| now.ms - before.ms);
            let is_bound = |value: Option<Value>| value.is_some_and(|value| value.at_least);
            Row {
                route: route.to_string(),
                percentile,
                current_ms: current.map(|value| value.ms),
                current_at_least: is_bound(current),
                baseline_ms: baseline.map(|value| value.ms),
                baseline_at_least: is_bound(baseline),
                delta_ms,
                delta: delta_ms
                    .zip(baseline)
                    .filter(|(_, before)| before.ms > 0.0)
                    .map(|(delta, before)| delta / before.ms),
                tolerance_ms,
                change: match (current, baseline, tolerance_ms) {
                    (Some(now), Some(before), Some(most)) => change(now, before, most),
                    _ => Change::Unknown,
                },
            }
        })
        .collect()
}

/// What two values mean. A lower bound decides only where the true value, which is larger, would decide alike.
fn change(now: Value, before: Value, most: f64) -> Change {
    match (
        Change::of(now.ms - before.ms, most),
        now.at_least,
        before.at_least,
    ) {
        (Change::Regression, _, false) => Change::Regression,
        (Change::Improvement, false, _) => Change::Improvement,
        (Change::Same, false, false) => Change::Same,
        _ => Change::Unknown,
    }
}

/// p50, p90, p95 and p99 of a route's response times in measured phases; `None` with too few samples.
fn percentiles(run: &Run<'_>, route: &RouteId) -> [Option<Value>; 4] {
    let cells: Vec<_> = run
        .ledger
        .route(route)
        .filter(|cell| cell.measured)
        .collect();
    let response = Ledger::merge_histograms(cells.iter().copied(), |c| &c.response);
    let given_up = Ledger::merge_histograms(cells.iter().copied(), |c| &c.censored);
    let [p50, p90, p95, p99, _] = censored(&response, &given_up).told();
    [p50, p90, p95, p99].map(|(ms, at_least)| ms.map(|ms| Value { ms, at_least }))
}

/// Standard deviation of a per-second percentile in milliseconds, from the median absolute deviation: one stalled
/// second is not what is meant by noise. 0 with fewer than three seconds.
fn sigma_ms(run: &Run<'_>, route: usize, of_second: OfSecond) -> f64 {
    let phases = &run.plan.load.phases;
    let measured = |row: &&WindowRow| {
        row.route == route && phases.get(row.phase).is_some_and(|phase| phase.measured)
    };
    let rows = run.ledger.windows.iter().filter(measured);
    let values: Vec<f64> = rows
        .filter_map(of_second)
        .map(|us| us as f64 / 1000.0)
        .collect();
    if values.len() < 3 {
        return 0.0;
    }
    let middle = median(values.clone());
    1.4826 * median(values.into_iter().map(|v| (v - middle).abs()).collect())
}

/// Of at least one value.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[half - 1], values[half])
    } else {
        values[half]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;

    /// 1,000 requests of `get`, so many of which timed out after a second and the others took these microseconds.
    fn run(timed_out: u64, us: u64) -> Fixture {
        Fixture::new()
            .completed("get", "outage", 200, 1000 - timed_out, us)
            .timed_out("get", "outage", timed_out, 1_000_000)
    }

    /// p50, p90, p95 and p99 of `get`.
    fn compared(current: &Fixture, baseline: &Fixture) -> [Row; 4] {
        let of = |fixture| Run::of_fixture(fixture);
        let mut rows = rows(&of(current), &of(baseline), 0.05);
        rows.truncate(4);
        rows.try_into().unwrap()
    }

    fn changes(rows: &[Row; 4]) -> [Change; 4] {
        std::array::from_fn(|i| rows[i].change)
    }

    use Change::{Improvement, Regression, Same, Unknown};

    #[test]
    fn a_percentile_that_came_to_lie_among_time_outs_is_slower() {
        let rows = compared(&run(80, 2000), &run(0, 2000));
        assert_eq!(changes(&rows), [Same, Same, Regression, Regression]);
        let p95 = &rows[2];
        assert!(p95.current_at_least && !p95.baseline_at_least && !p95.is_lost());
        assert!(p95.current_ms.unwrap() >= 1000.0, "{p95:?}");
        assert!(p95.delta_ms.unwrap() > 990.0, "{p95:?}");
    }

    #[test]
    fn a_percentile_that_no_longer_lies_among_time_outs_is_faster() {
        let rows = compared(&run(0, 2000), &run(80, 2000));
        assert_eq!(changes(&rows), [Same, Same, Improvement, Improvement]);
        assert!(rows[2].baseline_at_least && rows[2].delta_ms.unwrap() < -990.0);
    }

    #[test]
    fn bounds_on_both_sides_tell_nothing_and_lose_nothing() {
        let rows = compared(&run(90, 2000), &run(80, 2000));
        assert_eq!(changes(&rows), [Same, Same, Unknown, Unknown]);
        assert!(rows[2].delta_ms.is_none() && !rows[2].is_lost());
    }

    #[test]
    fn a_bound_within_the_tolerance_may_be_anything_above_it() {
        let rows = compared(&run(80, 990_000), &run(0, 990_000));
        assert_eq!(changes(&rows), [Same, Same, Unknown, Unknown]);
        assert!(rows[2].is_lost() && rows[3].is_lost());
        let rows = compared(&run(0, 990_000), &run(80, 990_000));
        assert_eq!(changes(&rows), [Same, Same, Unknown, Unknown]);
        assert!(!rows[2].is_lost());
    }

    #[test]
    fn what_the_baseline_knew_and_too_few_samples_tell_now_is_lost() {
        let few = Fixture::new().completed("get", "outage", 200, 500, 2000);
        let rows = compared(&few, &run(0, 2000));
        assert_eq!(changes(&rows), [Same, Same, Same, Unknown]);
        assert!(rows[3].is_lost());
        assert!(!compared(&run(0, 2000), &few)[3].is_lost());
    }
}
