//! What lies between the service's clock and the client's, part by part, with numbers where the ledger has them.

use crate::ledger::{Cell, Ledger};
use crate::model::{Millis, Ratio};
use crate::verify::buckets::Bucket;
use crate::verify::case::Case;
use crate::verify::words;

/// The parts of a gap of at least `us` microseconds beyond the upper bound of `bucket`.
///
/// Of the parts only some are measured: how often a connection was opened (connecting is in the client's time and never
/// in the server's), how long the client's process stood still (answers lie unread then), and how wide the bucket is.
/// Leaving late is told because it is the usual suspect, and is in neither number: both count from sending.
pub(super) fn parts(
    case: &Case<'_>,
    cells: &[&Cell],
    bucket: Bucket,
    us: u64,
    allowed: Millis,
) -> String {
    let facts = &case.ledger.generator;
    let mut parts = vec![format!(
        "at least {} more than the bucket's bound, and {allowed} is allowed",
        words::micros(us)
    )];
    let width = ((bucket.upper - bucket.lower) * 1e6).round() as u64;
    parts.push(format!(
        "the bucket's width hides up to {} more",
        words::micros(width)
    ));
    parts.extend(facts.connections.and_then(|opened| {
        let share = Ratio::of(opened.min(facts.sent), facts.sent)?;
        Some(format!("connecting is in {share} of the requests at most"))
    }));
    if let Some(pause) = facts.longest_pause_ms.filter(|ms| *ms > 0) {
        parts.push(format!(
            "the client stood still for {} at most",
            Millis(pause)
        ));
    }
    let delay = Ledger::merge_histograms(cells.iter().copied(), |c| &c.delay);
    if let Some(p95) = delay.quantile(0.95) {
        let late = words::micros(p95);
        parts.push(format!("leaving late (p95 {late}) is not in it"));
    }
    parts.push(
        "the rest is spent where the histogram does not look: outer middleware, queue, proxy, network"
            .to_owned(),
    );
    parts.join("; ")
}
