//! Percentile by percentile, how far a run is from its baseline, and whether that is more than noise.

use serde::Serialize;

use crate::app::document::percentiles::censored;
use crate::app::judgement::Record;
use crate::ledger::{Ledger, WindowRow};
use crate::model::RouteId;

/// One percentile of one route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    pub(super) route: String,
    pub(super) percentile: &'static str,
    /// Milliseconds; `None` where there are too few samples, or where it lies among time-outs.
    pub(super) current_ms: Option<f64>,
    pub(super) baseline_ms: Option<f64>,
    /// Current less baseline.
    pub(super) delta_ms: Option<f64>,
    /// The same as a share of the baseline.
    pub(super) delta: Option<f64>,
    /// How much it may differ either way.
    pub(super) tolerance_ms: Option<f64>,
    pub(super) change: Change,
}

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    /// Slower by more than the tolerance.
    Regression,
    /// Faster by more than the tolerance.
    Improvement,
    /// Within the tolerance.
    Same,
    /// One side has no value.
    Unknown,
}

/// A per-second percentile whose spread is the noise of a percentile.
type OfSecond = fn(&WindowRow) -> Option<u64>;

/// Rows of all routes over the measured phases. `share` is the least tolerance as a share of the baseline.
pub(super) fn rows(current: &Record, baseline: &Record, share: f64) -> Vec<Row> {
    let routes = baseline.plan.load.routes.iter().enumerate();
    routes
        .flat_map(|(index, route)| of_route(current, baseline, share, (index, &route.id)))
        .collect()
}

fn of_route(
    current: &Record,
    baseline: &Record,
    share: f64,
    (index, route): (usize, &RouteId),
) -> Vec<Row> {
    let (now, before) = (percentiles(current, route), percentiles(baseline, route));
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
        .map(|((percentile, of_second), (current_ms, baseline_ms))| {
            let noise = |record| 3.0 * sigma_ms(record, index, of_second);
            let tolerance_ms =
                baseline_ms.map(|ms| (share * ms).max(noise(baseline)).max(noise(current)));
            let delta_ms = current_ms
                .zip(baseline_ms)
                .map(|(now, before)| now - before);
            Row {
                route: route.to_string(),
                percentile,
                current_ms,
                baseline_ms,
                delta_ms,
                delta: delta_ms
                    .zip(baseline_ms)
                    .filter(|(_, before)| *before > 0.0)
                    .map(|(delta, before)| delta / before),
                tolerance_ms,
                change: match delta_ms.zip(tolerance_ms) {
                    None => Change::Unknown,
                    Some((delta, most)) if delta > most => Change::Regression,
                    Some((delta, most)) if delta < -most => Change::Improvement,
                    Some(_) => Change::Same,
                },
            }
        })
        .collect()
}

/// p50, p90, p95 and p99 of a route's response times in measured phases. What is only known to be longer than a number
/// has none.
fn percentiles(record: &Record, route: &RouteId) -> [Option<f64>; 4] {
    let cells: Vec<_> = record
        .ledger
        .route(route)
        .filter(|cell| cell.measured)
        .collect();
    let response = Ledger::merge_histograms(cells.iter().copied(), |c| &c.response);
    let given_up = Ledger::merge_histograms(cells.iter().copied(), |c| &c.censored);
    let [p50, p90, p95, p99, _] = censored(&response, &given_up).told();
    [p50, p90, p95, p99].map(|(value, is_bound)| value.filter(|_| !is_bound))
}

/// Standard deviation of a per-second percentile in milliseconds, from the median absolute deviation: one stalled
/// second is not what is meant by noise. 0 with fewer than three seconds.
fn sigma_ms(record: &Record, route: usize, of_second: OfSecond) -> f64 {
    let phases = &record.plan.load.phases;
    let measured = |row: &&WindowRow| {
        row.route == route && phases.get(row.phase).is_some_and(|phase| phase.measured)
    };
    let rows = record.ledger.windows.iter().filter(measured);
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
