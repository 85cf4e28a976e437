//! Objectives by the ledger: what users saw over the measured phases.

use crate::ledger::Cell;
use crate::model::Ratio;
use crate::report::document::ObjectiveInfo;
use crate::scenario::plan::{ObjectiveExpectation, SloPlan};
use crate::verify::Case;
use crate::verify::budget::for_the_user;

/// One entry per SLO in plan order.
pub(super) fn objectives(case: &Case<'_>) -> Vec<ObjectiveInfo> {
    case.plan.slos.iter().map(|slo| info(case, slo)).collect()
}

fn info(case: &Case<'_>, slo: &SloPlan) -> ObjectiveInfo {
    let cells: Vec<&Cell> = case
        .ledger
        .measured()
        .filter(|c| slo.judges(&c.route))
        .collect();
    let total: u64 = cells.iter().map(|c| c.planned).sum();
    // The same count that `budget/objective` judges.
    let bad = for_the_user(case.plan, slo, &cells).bad_most;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::OutcomeCounts;
    use crate::model::Millis;
    use crate::verify::fixture::Fixture;
    use crate::verify::fixtures::budget::slow;

    #[test]
    fn a_connection_refused_at_once_does_not_hide_a_slow_answer() {
        let refused = OutcomeCounts {
            connect_failed: 40,
            ..OutcomeCounts::default()
        };
        let run = Fixture::new()
            .completed("get", "outage", 200, 30, 300_000)
            .unfinished("get", "outage", &refused)
            .with(|f| {
                let cell = f.cell("get", "outage");
                (0..40).for_each(|_| cell.response.record(1000));
                f.plan.slos = vec![slow(Millis(250), 0.99)];
            });
        assert_eq!(run.judge(|case| objectives(case)[0].bad), 70);
    }
}
