//! The error budget that Prometheus shows is the one that is left.

use super::events::{Events, for_the_server};
use crate::model::{Finding, Hop, Moment, Question, Ratio, Reading, Series};
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, SloPlan};
use crate::slo::budget::spent;
use crate::verify::alerts::expectation::START_AFRESH;
use crate::verify::case::{Answered, Case};
use crate::verify::check::{Check, Meta};
use crate::verify::counter::Movement;
use crate::verify::endpoint::endpoints;
use crate::verify::requests;
use crate::verify::words;

/// `budget/remaining`.
#[derive(Debug, Clone, Copy)]
pub struct Remaining;

const META: Meta = Meta {
    id: "budget/remaining",
    hop: Hop::Budget,
    title: "the share of error budget that the rules report is the one the ledger computes",
    failure: "releases and alerts are decided on a budget that is not the true one",
    needs_planned_load: true,
    builds_on: &["generator/conservation", "requests/count"],
};

impl Check for Remaining {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        let budgets = plan.slos.iter().filter_map(|slo| slo.remaining.as_deref());
        let mut questions: Vec<Question> = budgets.map(question).collect();
        if !questions.is_empty() {
            // Tells whether the history holds earlier traffic.
            questions.extend(plan.signals.requests.iter().map(requests::count::question));
        }
        questions
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        if case.plan.slos.is_empty() {
            return vec![META.skipped("error budget", "the scenario names no objective")];
        }
        let of_each = |slo: &SloPlan| match &slo.remaining {
            Some(query) => of_slo(case, slo, query),
            None => META.skipped(
                &slo.objective.name,
                "no query for the remaining budget is named",
            ),
        };
        case.plan.slos.iter().map(of_each).collect()
    }
}

fn question(query: &str) -> Question {
    Question::PromInstant {
        query: query.to_owned(),
        at: Moment::Settled,
    }
}

fn of_slo(case: &Case<'_>, slo: &SloPlan, query: &str) -> Finding {
    let name = slo.objective.name.as_str();
    let events = for_the_server(case.plan, slo, case.ledger);
    let (evidence, series) = match META.series(case, &question(query), name, "prometheus") {
        Ok(answer) => answer,
        Err(finding) => return *finding,
    };
    let Some(truth) = Truth::of(&events, slo.objective.budget(), case) else {
        return META
            .undecided(name, "no response, so no budget to compare")
            .hint("call a route of this objective")
            .evidence([evidence.id]);
    };
    let finding = match series {
        [] => META
            .fail(name, "the query for the budget gives no data")
            .observed("no series")
            .hint("see that the recording rules are loaded, and that their names and labels are these"),
        [one] => match one.last() {
            None => META
                .fail(name, "the query for the budget gives NaN")
                .observed("NaN")
                .hint("a division by no traffic: see that the query's window holds this run"),
            Some(says) => compared(case, slo, &truth, says),
        },
        many => META
            .undecided(name, "the query gives more than one budget")
            .observed(words::count(many.len() as u64, "value"))
            .hint("aggregate the query to one value, or select one by its labels"),
    };
    finding.expected(truth.to_string()).evidence([evidence.id])
}

/// The share of budget left, with how far an honest Prometheus may be off.
struct Truth {
    events: Events,
    /// The share of events that may be bad.
    budget: f64,
    /// Budget left with the most and with the least bad events.
    low: f64,
    high: f64,
    tolerance: f64,
}

impl Truth {
    /// Left = 1 − spent, spent = bad ÷ (budget × total). With `a` unanswered requests, which the server may have
    /// counted as good, as bad or not at all, spent lies between bad ÷ (budget × (total + a)) and
    /// (bad + a) ÷ (budget × (total + a)).
    ///
    /// `increase()` extrapolates to the edges of its window, at each by at most one scrape interval's worth of a load
    /// of length L. Bad and total may be off in opposite directions, so spent is off by at most 2 × interval ÷ L of
    /// itself. Worked: 0.5 s scrapes, 85 s of load, 39 % spent: 39 % × 2 × 0.5 ÷ 85 = 0.46 %.
    fn of(events: &Events, budget: f64, case: &Case<'_>) -> Option<Self> {
        if events.total == 0 {
            return None;
        }
        let most = (events.total + events.perhaps) as f64;
        let spent_most = spent(events.bad_most as f64, most, budget);
        let spent_least = spent(events.bad_least as f64, most, budget);
        let load = case.timeline.load_end.since(case.timeline.load_start);
        let edges = 2.0 * case.plan.telemetry.scrape_interval.as_secs_f64()
            / load.as_secs_f64().max(f64::MIN_POSITIVE);
        Some(Self {
            events: *events,
            budget,
            low: 1.0 - spent_most,
            high: 1.0 - spent_least,
            // The last addend is the noise of floating point alone.
            tolerance: spent_most * edges.min(1.0) + 1e-9,
        })
    }

    /// The truth with so many earlier events in the window, of which nobody knows how many were bad.
    fn after(&self, earlier: u64) -> Self {
        let total = (self.events.total + self.events.perhaps + earlier) as f64;
        let left = |bad: u64| 1.0 - spent(bad as f64, total, self.budget);
        let low = left(self.events.bad_most + earlier);
        Self {
            low,
            high: left(self.events.bad_least),
            // Edges weigh as before, on what may be spent now.
            tolerance: self
                .tolerance
                .max(self.tolerance * (1.0 - low) / (1.0 - self.low).max(1e-9)),
            ..*self
        }
    }

    /// The truth is uncertain by more than a whole budget: agreement with it proves nothing.
    fn is_wide(&self) -> bool {
        self.events.perhaps > 0 && self.high - self.low > 1.0
    }

    fn holds(&self, says: f64) -> bool {
        says >= self.low - self.tolerance && says <= self.high + self.tolerance
    }
}

impl std::fmt::Display for Truth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Events {
            bad_least,
            bad_most,
            total,
            perhaps,
        } = self.events;
        let total = match perhaps {
            0 => words::grouped(total),
            // The server may have counted the unanswered ones, too.
            n => format!("{} to {}", words::grouped(total), words::grouped(total + n)),
        };
        let tolerance = Ratio(self.tolerance);
        if bad_least == bad_most {
            let bad = words::grouped(bad_most);
            return write!(
                f,
                "{} ± {tolerance} left: {bad} of {total} bad",
                Ratio(self.low)
            );
        }
        let (low, high) = (Ratio(self.low), Ratio(self.high));
        let (least, most) = (words::grouped(bad_least), words::grouped(bad_most));
        write!(
            f,
            "{low} to {high} ± {tolerance} left: {least} to {most} of {total} bad"
        )
    }
}

fn compared(case: &Case<'_>, slo: &SloPlan, truth: &Truth, says: f64) -> Finding {
    let name = slo.objective.name.as_str();
    let says_text = format!("{} left", Ratio(says));
    if truth.holds(says) && truth.is_wide() {
        return META
            .undecided(name, "too many requests without an answer to tell")
            .observed(says_text)
            .hint(
                "the service may or may not have counted them; find out why they were not answered",
            );
    }
    if truth.holds(says) {
        return META
            .pass(name, "reported and true budget agree")
            .observed(says_text);
    }
    let direction = if says > truth.high {
        format!("{} too much", Ratio(says - truth.high))
    } else {
        format!("{} too little", Ratio(truth.low - says))
    };
    let earlier = earlier_events(case, slo);
    if earlier > 0 && truth.after(earlier).holds(says) {
        let earlier = words::count(earlier, "request");
        return META
            .undecided(
                name,
                format!("{direction}, but the history holds {earlier} from before the run"),
            )
            .observed(says_text)
            .hint(format!(
                "run against a fresh Prometheus (`{START_AFRESH}`), or wait until its window no longer holds them"
            ));
    }
    META.fail(name, format!("the reported budget is {direction}"))
        .observed(says_text)
        .hint(match slo.bad {
            BadEvents::SlowerThan { .. } if says > truth.high => {
                "clients waited where the service's timer does not look: a stall, a queue, the network; \
                 if none of these, see the rule's window, target and routes"
            }
            _ => "see that the counters are exact (requests/count), then the rule's window, target and routes",
        })
}

/// Requests that the counter held before the run on the objective's routes; 0 when the scenario names no counter.
fn earlier_events(case: &Case<'_>, slo: &SloPlan) -> u64 {
    let Some(signal) = &case.plan.signals.requests else {
        return 0;
    };
    let Answered::Value(_, Reading::Series(series)) =
        case.answer(&requests::count::question(signal))
    else {
        return 0;
    };
    let known = endpoints(
        case.plan,
        signal.route_label.as_deref(),
        signal.method_label.as_deref(),
    );
    let counts = |s: &&Series| {
        known
            .iter()
            .any(|e| e.owns(s) && (slo.routes.is_empty() || slo.routes.iter().any(|r| e.has(r))))
    };
    let (baseline, settled) = (case.timeline.baseline, case.timeline.settled);
    Movement::over(series.iter().filter(counts), baseline, settled).map_or(0, |m| m.base as u64)
}

#[cfg(test)]
mod tests;
