//! Routes over the measured phases.

use std::collections::BTreeMap;

use super::percentiles::{censored, curve, percentiles};
use crate::ledger::{Cell, KeptSample, Ledger, OutcomeCounts};
use crate::report::document::RouteInfo;
use crate::scenario::plan::Route;
use crate::verify::Case;

/// One entry per route in plan order.
pub(super) fn routes(case: &Case<'_>) -> Vec<RouteInfo> {
    case.plan
        .load
        .routes
        .iter()
        .map(|route| info(case, route))
        .collect()
}

fn info(case: &Case<'_>, route: &Route) -> RouteInfo {
    let cells: Vec<&Cell> = case
        .ledger
        .route(&route.id)
        .filter(|c| c.measured)
        .collect();
    let planned: u64 = cells.iter().map(|c| c.planned).sum();
    let good: u64 = cells.iter().map(|c| c.good).sum();
    let response = Ledger::merge_histograms(cells.iter().copied(), |c| &c.response);
    let given_up = Ledger::merge_histograms(cells.iter().copied(), |c| &c.censored);
    let service = Ledger::merge_histograms(cells.iter().copied(), |c| &c.service);
    let kept = |samples: &[KeptSample]| {
        samples
            .iter()
            .filter(|s| s.route == route.id)
            .cloned()
            .collect()
    };
    RouteInfo {
        route: route.id.to_string(),
        request: format!("{} {}", route.method, route.path),
        planned,
        good,
        bad: planned - good,
        outcomes: words(&Ledger::sum_outcomes(cells.iter().copied())),
        response: censored(&response, &given_up),
        service: percentiles(&service),
        response_curve: curve(&response),
        service_curve: curve(&service),
        slowest: kept(&case.ledger.slowest),
        failed: kept(&case.ledger.failed),
    }
}

fn words(outcomes: &OutcomeCounts) -> BTreeMap<String, u64> {
    let mut words: BTreeMap<String, u64> = outcomes
        .completed
        .iter()
        .map(|(status, n)| (format!("status_{status}"), *n))
        .collect();
    for (name, n) in [
        ("timed_out", outcomes.timed_out),
        ("connect_failed", outcomes.connect_failed),
        ("broken", outcomes.broken),
        ("not_sent", outcomes.not_sent),
    ] {
        words.insert(name.to_owned(), n);
    }
    words
}
