//! Statuses that neither the scenario expects nor an objective calls bad: else they would be passed over.

use std::collections::BTreeMap;

use super::objective::META;
use crate::model::Finding;
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, Route, SloPlan};
use crate::verify::case::Case;
use crate::verify::words;

/// The objectives that judge a route.
pub(super) fn objectives_of<'a>(
    plan: &'a Plan,
    route: &'a Route,
) -> impl Iterator<Item = &'a SloPlan> {
    plan.slos.iter().filter(|slo| slo.judges(&route.id))
}

/// What is told of a route's statuses that are not expected, if there are any.
pub(super) fn unexpected(
    case: &Case<'_>,
    route: &Route,
    mut statuses: BTreeMap<u16, u64>,
) -> Option<Finding> {
    statuses.retain(|status, n| {
        *n > 0
            && !route.expect.contains(status)
            && !is_bad_event(case.plan, route, *status)
            && !is_injected(case.plan, route, *status)
    });
    if statuses.is_empty() {
        return None;
    }
    let told: Vec<String> = statuses
        .iter()
        .map(|(status, n)| format!("{} × {status}", words::grouped(*n)))
        .collect();
    let n = words::count(statuses.values().sum(), "response");
    let (summary, expected, hint) = if case.plan.is_of_url() {
        (
            format!("{n} with a status that is not good"),
            "statuses from 200 to 399",
            "mend the URL, the request or the service; if the status is right, say so in a scenario's `expect`",
        )
    } else {
        (
            format!("{n} with a status that is not expected and is no objective's bad event"),
            "statuses of the route's `expect`, of an objective's `bad`, or of a fault",
            "add the status to `expect` if it is right; if it is not, let an objective count it, and mend the request or the service",
        )
    };
    Some(
        META.fail(route.id.to_string(), summary)
            .expected(expected)
            .observed(words::list(&told))
            .hint(hint),
    )
}

fn is_bad_event(plan: &Plan, route: &Route, status: u16) -> bool {
    objectives_of(plan, route).any(|slo| match slo.bad {
        BadEvents::Status { from, to } => (from..=to).contains(&status),
        BadEvents::SlowerThan { .. } => false,
    })
}

fn is_injected(plan: &Plan, route: &Route, status: u16) -> bool {
    let faults = plan.load.phases.iter().filter_map(|p| p.faults.as_ref());
    faults
        .flat_map(|f| f.inner.iter().chain(&f.outer))
        .any(|fault| {
            fault.status == status
                && fault.error_ratio > 0.0
                && fault.route == route.labels.route
                && fault
                    .method
                    .as_ref()
                    .is_none_or(|m| *m == route.labels.method)
        })
}
