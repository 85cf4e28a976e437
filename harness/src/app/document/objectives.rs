//! Objectives by the ledger: what users saw over the measured phases.

use crate::ledger::{Cell, Ledger};
use crate::model::Ratio;
use crate::report::document::ObjectiveInfo;
use crate::scenario::plan::{BadEvents, ObjectiveExpectation, SloPlan};
use crate::verify::Case;

/// One entry per SLO in plan order.
pub(super) fn objectives(case: &Case<'_>) -> Vec<ObjectiveInfo> {
    case.plan.slos.iter().map(|slo| info(case, slo)).collect()
}

fn info(case: &Case<'_>, slo: &SloPlan) -> ObjectiveInfo {
    let cells: Vec<&Cell> = case
        .ledger
        .measured()
        .filter(|c| slo.routes.is_empty() || slo.routes.contains(&c.route))
        .collect();
    let total: u64 = cells.iter().map(|c| c.planned).sum();
    let bad = bad_events(slo, &cells);
    let achieved = Ratio::of(total - bad, total).map(|r| r.0);
    let budget = slo.objective.budget();
    let burn = Ratio::of(bad, total).map(|r| r.0 / budget);
    let measured: u64 = case
        .plan
        .load
        .phases
        .iter()
        .filter(|p| p.measured)
        .map(|p| p.duration.0)
        .sum::<u64>()
        .max(1);
    // With this run's traffic throughout the period, `period / measured` times as many events would be allowed to
    // be bad. Both lengths are production time.
    let share_of_period =
        measured as f64 * f64::from(case.plan.time_scale) / slo.objective.period.0.max(1) as f64;
    ObjectiveInfo {
        name: slo.objective.name.clone(),
        description: slo.objective.description.clone(),
        target: slo.objective.target,
        total,
        bad,
        achieved,
        budget_left: burn.map(|burn| 1.0 - burn),
        period_budget_spent: burn.map(|burn| burn * share_of_period),
        period: slo.objective.period.to_promql(),
        expected: match slo.expect {
            ObjectiveExpectation::Met => "met",
            ObjectiveExpectation::Missed => "missed",
            ObjectiveExpectation::Any => "any",
        }
        .to_owned(),
    }
}

/// Whatever is not a whole, good answer in time is bad for the user, seen by the service or not.
fn bad_events(slo: &SloPlan, cells: &[&Cell]) -> u64 {
    let outcomes = Ledger::sum_outcomes(cells.iter().copied());
    let unfinished = outcomes.total() - outcomes.completed_total();
    unfinished
        + match slo.bad {
            BadEvents::Status { from, to } => outcomes.completed_between(from, to),
            BadEvents::SlowerThan { bound } => {
                let slow: u64 = cells
                    .iter()
                    .map(|c| c.response.count_above(bound.0 * 1000))
                    .sum();
                // Sent but unfinished ones stand in the response histogram too, at their age: count them once.
                let unfinished_slow =
                    outcomes.timed_out + outcomes.broken + outcomes.connect_failed;
                slow.saturating_sub(unfinished_slow)
            }
        }
}
