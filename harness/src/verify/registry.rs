//! All checks, in the order the truth travels.

use super::check::Check;
use super::{alerts, budget, dashboards, generator, latency, logs, notifications, requests, rules};

/// Every check of this program.
pub fn all() -> Vec<&'static dyn Check> {
    vec![
        &generator::Conservation,
        &generator::KeptUp,
        &generator::Undisturbed,
        &generator::InRange,
        &generator::Routes,
        &requests::Clock,
        &requests::Count,
        &requests::Elsewhere,
        &latency::Quantile,
        &latency::Buckets,
        &latency::Steady,
        &logs::Count,
        &rules::Loaded,
        &rules::Windows,
        &alerts::Fired,
        &alerts::Resolved,
        &alerts::Quiet,
        &notifications::Delivered,
        &dashboards::Panels,
        &budget::Remaining,
        &budget::Objective,
    ]
}

/// The doc page of a check, as `sloproof explain` shows it.
pub fn page(id: &str) -> Option<&'static str> {
    macro_rules! pages {
        ($($id:literal),+ $(,)?) => {
            match id {
                $($id => Some(include_str!(concat!("../../../docs/checks/", $id, ".md"))),)+
                _ => None,
            }
        };
    }
    pages!(
        "generator/conservation",
        "generator/kept-up",
        "generator/undisturbed",
        "generator/in-range",
        "generator/routes",
        "requests/clock",
        "requests/count",
        "requests/elsewhere",
        "latency/quantile",
        "latency/buckets",
        "latency/steady",
        "logs/count",
        "rules/loaded",
        "rules/windows",
        "alerts/fired",
        "alerts/resolved",
        "alerts/quiet",
        "notifications/delivered",
        "dashboards/panels",
        "budget/remaining",
        "budget/objective",
    )
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    all().into_iter().find(|c| c.meta().id == id)
}

#[cfg(test)]
mod tests;
