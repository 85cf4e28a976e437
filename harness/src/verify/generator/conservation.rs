//! Every planned arrival has exactly one outcome.

use crate::ledger::{Cell, Ledger};
use crate::model::{Finding, Hop, Question};
use crate::scenario::Plan;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// `generator/conservation`.
#[derive(Debug, Clone, Copy)]
pub struct Conservation;

const META: Meta = Meta {
    id: "generator/conservation",
    hop: Hop::Load,
    title: "every planned arrival has exactly one outcome in the ledger",
    failure: "the harness lost or doubled arrivals: a bug of sloproof, and no other finding can be trusted",
    needs_planned_load: false,
    builds_on: &[],
};

const BUG: &str =
    "this is a bug of sloproof, not of the service: report it with the run directory attached";

impl Check for Conservation {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let routes = case.plan.load.routes.iter().map(|route| {
            let cells: Vec<&Cell> = case.ledger.route(&route.id).collect();
            of_route(route.id.as_str(), &cells)
        });
        routes.chain([of_generator(case.ledger)]).collect()
    }
}

/// Planned = Σ outcomes, cell by cell, so that two mistakes of opposite sign cannot hide each other.
fn of_route(route: &str, cells: &[&Cell]) -> Finding {
    let planned: u64 = cells.iter().map(|c| c.planned).sum();
    let outcomes = Ledger::sum_outcomes(cells.iter().copied()).total();
    let torn: Vec<String> = cells
        .iter()
        .filter(|c| c.planned != c.outcomes.total())
        .map(|c| c.phase.to_string())
        .collect();
    let finding = if !torn.is_empty() {
        META.fail(
            route,
            format!("arrivals lost or doubled in {}", words::list(&torn)),
        )
        .hint(BUG)
    } else if planned == 0 {
        META.undecided(route, "no arrival was planned on this route")
            .hint("give the route more weight, or the phases more rate or time")
            // The generator's own finding decides; a rare route that was not hit does not spoil the others.
            .warning()
    } else {
        META.pass(route, "every arrival has one outcome")
    };
    finding
        .expected(words::count(planned, "planned arrival"))
        .observed(words::count(outcomes, "outcome"))
}

/// The generator's own totals against the ledger's cells.
fn of_generator(ledger: &Ledger) -> Finding {
    let planned: u64 = ledger.cells.iter().map(|c| c.planned).sum();
    let unsent = Ledger::sum_outcomes(&ledger.cells).not_sent;
    // A negative number of sent arrivals would be a violation too; saturating keeps it visible as a difference.
    let sent = planned.saturating_sub(unsent);
    let facts = &ledger.generator;
    let finding = if facts.planned != planned || facts.sent != sent {
        META.fail("generator", "generator and ledger disagree")
            .hint(BUG)
    } else if planned == 0 {
        META.undecided("generator", "nothing was planned")
            .hint("give the scenario a phase with a rate above 0")
    } else {
        META.pass("generator", "generator and ledger agree")
    };
    finding
        .expected(format!(
            "ledger: {} planned, {} sent",
            words::grouped(planned),
            words::grouped(sent)
        ))
        .observed(format!(
            "generator: {} planned, {} sent",
            words::grouped(facts.planned),
            words::grouped(facts.sent)
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::OutcomeCounts;
    use crate::model::Status;
    use crate::verify::fixture::Fixture;

    fn statuses(fixture: &Fixture) -> Vec<(String, Status)> {
        let findings = fixture.judge(|case| Conservation.judge(case));
        findings
            .into_iter()
            .map(|f| (f.subject, f.status))
            .collect()
    }

    #[test]
    fn every_kind_of_outcome_counts_once() {
        let outcomes = OutcomeCounts {
            timed_out: 1,
            connect_failed: 2,
            broken: 3,
            not_sent: 4,
            ..OutcomeCounts::default()
        };
        let fixture = Fixture::new()
            .completed("get", "outage", 200, 90, 3000)
            .unfinished("get", "outage", &outcomes)
            .completed("put", "warmup", 204, 5, 3000);
        let pass = |s: &str| (s.to_owned(), Status::Pass);
        assert_eq!(
            statuses(&fixture),
            [pass("get"), pass("put"), pass("generator")]
        );
    }

    #[test]
    fn mistakes_of_opposite_sign_do_not_hide_each_other() {
        let fixture = Fixture::new()
            .completed("get", "outage", 200, 10, 3000)
            .completed("get", "recovery", 200, 10, 3000)
            .with(|f| {
                f.cell("get", "outage").planned = 9;
                f.cell("get", "recovery").planned = 11;
            });
        let findings = fixture.judge(|case| Conservation.judge(case));
        assert_eq!(findings[0].status, Status::Fail);
        assert_eq!(
            findings[0].summary,
            "arrivals lost or doubled in outage, recovery"
        );
    }

    #[test]
    fn a_generator_that_claims_to_have_sent_the_unsent_fails() {
        let outcomes = OutcomeCounts {
            not_sent: 4,
            ..OutcomeCounts::default()
        };
        let fixture = Fixture::new()
            .unfinished("get", "outage", &outcomes)
            .with(|f| f.ledger.generator.sent = 4);
        let findings = fixture.judge(|case| Conservation.judge(case));
        let last = findings.last().unwrap();
        assert_eq!(last.status, Status::Fail);
        assert_eq!(last.expected, "ledger: 4 planned, 0 sent");
        assert_eq!(last.observed, "generator: 4 planned, 4 sent");
    }

    #[test]
    fn nothing_planned_proves_nothing() {
        let found = statuses(&Fixture::new());
        assert!(found.iter().all(|(_, s)| *s == Status::Inconclusive));
    }
}
