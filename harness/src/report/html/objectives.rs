//! Objectives: a bar of the budget and the counts behind it.

use serde::Serialize;

use crate::report::document::ObjectiveInfo;
use crate::report::format::{count, maybe_share, number, share, target};

/// One objective.
#[derive(Debug, Serialize)]
pub(super) struct ObjectiveView {
    name: String,
    description: String,
    target: String,
    achieved: String,
    expected: String,
    bad: String,
    total: String,
    allowed: String,
    budget_left: String,
    period: String,
    period_budget_spent: Option<String>,
    bar: Option<Bar>,
}

/// The spent budget as a bar; when overspent, the bar is as long as what was spent, and a mark shows where the
/// budget ended.
#[derive(Debug, Serialize)]
struct Bar {
    /// Percent of the bar's width that is spent.
    spent: f64,
    /// Percent of the bar's width where the budget ends.
    end: f64,
    overspent: bool,
    words: String,
}

impl ObjectiveView {
    /// The view of one objective.
    pub(super) fn of(objective: &ObjectiveInfo) -> Self {
        let allowed = objective.total as f64 * (1.0 - objective.target);
        Self {
            name: objective.name.clone(),
            description: objective.description.clone(),
            target: target(objective.target),
            achieved: maybe_share(objective.achieved),
            expected: objective.expected.clone(),
            bad: count(objective.bad),
            total: count(objective.total),
            allowed: number((allowed * 10.0).round() / 10.0),
            budget_left: maybe_share(objective.budget_left),
            period: objective.period.clone(),
            period_budget_spent: objective.period_budget_spent.map(share),
            bar: objective.budget_left.map(Bar::of),
        }
    }
}

impl Bar {
    fn of(budget_left: f64) -> Self {
        let spent = (1.0 - budget_left).max(0.0);
        let whole = spent.max(1.0);
        Self {
            spent: percent(spent / whole),
            end: percent(1.0 / whole),
            overspent: spent > 1.0,
            words: format!("{} of this run's budget spent", share(spent)),
        }
    }
}

fn percent(ratio: f64) -> f64 {
    (ratio * 1000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::Bar;

    #[test]
    fn an_overspent_budget_keeps_its_end_in_sight() {
        let bar = Bar::of(-3.0);
        assert_eq!((bar.spent, bar.end, bar.overspent), (100.0, 25.0, true));
        let bar = Bar::of(0.612);
        assert_eq!((bar.spent, bar.end, bar.overspent), (38.8, 100.0, false));
    }
}
