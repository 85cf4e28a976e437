//! Arrivals that no reply answered and no objective judges, and what their failures have in common, in words.

use super::objective::META;
use crate::ledger::{Ledger, OutcomeCounts};
use crate::model::{Finding, Outcome};
use crate::scenario::plan::Route;
use crate::verify::case::Case;
use crate::verify::words;

/// Every objective counts an arrival without an answer as bad; without one, nobody would.
pub(super) fn unanswered(
    case: &Case<'_>,
    route: &Route,
    outcomes: &OutcomeCounts,
) -> Option<Finding> {
    let unsent = outcomes.without_value();
    let unanswered = outcomes.timed_out + outcomes.connect_failed + outcomes.broken + unsent;
    if unanswered == 0 {
        return None;
    }
    let n = words::count(unanswered, "request");
    let of_url = case.plan.is_of_url();
    let (summary, expected) = if of_url {
        (
            format!("{n} without an answer"),
            "an answer to every request",
        )
    } else {
        (
            format!("{n} without an answer, and no objective judges them"),
            "an answer to every request, or an objective that says how many may fail",
        )
    };
    let mut hint = hints(outcomes).join("; ");
    if !of_url {
        hint += "; name an objective if some requests may fail";
    }
    let finding = META.fail(route.id.to_string(), summary);
    Some(
        finding
            .expected(expected)
            .observed(observed(case, route, outcomes))
            .hint(hint),
    )
}

/// How many of each kind, and what is known of their cause.
fn observed(case: &Case<'_>, route: &Route, outcomes: &OutcomeCounts) -> String {
    let mut told = vec![
        format!("{} timed out", words::grouped(outcomes.timed_out)),
        format!("{} not connected", words::grouped(outcomes.connect_failed)),
        format!("{} broken", words::grouped(outcomes.broken)),
    ];
    if let Some(lacked) = lacked_value(case, route, outcomes) {
        let unsent = words::grouped(outcomes.without_value());
        told.push(format!("{unsent} not sent: {lacked}"));
    }
    let told = told.join(", ");
    match first_break(case.ledger, route) {
        Some(why) if outcomes.broken > 0 => format!("{told}; the first one broke: {why}"),
        _ => told,
    }
}

/// What to do about each kind that occurred.
fn hints(outcomes: &OutcomeCounts) -> Vec<&'static str> {
    let hints = [
        (
            outcomes.without_value(),
            "mend the service or the step's `extract`",
        ),
        (
            outcomes.connect_failed,
            "no connection could be opened: see that the service stays up and accepts them all",
        ),
        (
            outcomes.broken,
            "connections broke: see that the service stays up and speaks the protocol of its address",
        ),
        (
            outcomes.timed_out,
            "no whole reply came in time: see what the service waits for, or give it more time",
        ),
    ];
    let occurred = hints.into_iter().filter(|(n, _)| *n > 0);
    occurred.map(|(_, hint)| hint).collect()
}

/// Which value was not in the reply of which step, where a step of a journey lacked one.
pub(crate) fn lacked_value(
    case: &Case<'_>,
    route: &Route,
    outcomes: &OutcomeCounts,
) -> Option<String> {
    if outcomes.without_value() == 0 {
        return None;
    }
    let (step, names) = case.plan.load.wanted_before(&route.id)?;
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let what = match names.as_slice() {
        [name] => format!("the value {name} was"),
        _ => format!("one of the values {} was", words::list(&names)),
    };
    Some(format!("{what} not in the reply of step {}", step.id))
}

/// The client's words about the first request of a route that broke.
fn first_break<'a>(ledger: &'a Ledger, route: &Route) -> Option<&'a str> {
    let mut failed = ledger.failed.iter().filter(|s| s.route == route.id);
    failed.find_map(|sample| match &sample.outcome {
        Outcome::Broken { why } => Some(why.as_str()),
        _ => None,
    })
}
