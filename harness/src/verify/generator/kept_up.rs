//! The generator delivered the planned load, in time.

mod strain;

use crate::ledger::{GeneratorFacts, Ledger};
use crate::model::{Finding, Hop, Millis, Question, Ratio, Severity, Status};
use crate::scenario::Plan;
use crate::scenario::plan::BadEvents;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// Share of planned arrivals that must be sent at all, and by the planned end of the load.
pub const MIN_SENT_SHARE: f64 = 0.99;

/// The schedule delay's 99th percentile may always reach this.
pub const DELAY_FLOOR: Millis = Millis(1);

/// It may also reach this share of the tightest latency bound of the scenario's objectives.
pub const DELAY_SHARE: f64 = 0.05;

/// Sending may take this share longer than planned, and [`SLACK`] in any case.
pub const OVERRUN_SHARE: f64 = 0.01;

/// An overrun of sending below this is not worth a word.
pub const SLACK: Millis = Millis(250);

const SCHEDULE_DELAY: &str = "schedule delay";

/// `generator/kept-up`.
#[derive(Debug, Clone, Copy)]
pub struct KeptUp;

const META: Meta = Meta {
    id: "generator/kept-up",
    hop: Hop::Load,
    title: "the generator delivered the planned load, in time",
    failure: "the service did not get the planned load, so nothing can be said about how it behaves under it",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

impl Check for KeptUp {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let (sent, rate) = if case.timeline.interrupted {
            let why = "the run was interrupted";
            let skipped = |subject: &str| META.skipped(subject, why);
            (skipped("arrivals sent"), skipped("rate achieved"))
        } else {
            (sent_share(case.ledger), achieved_rate(case.ledger))
        };
        // Strain alone is worth a warning. When arrivals were lost it is the likely reason, and weighs as much.
        let weigh = |strain: Finding| match sent.status {
            Status::Pass | Status::Skipped { .. } => strain.warning(),
            _ => strain,
        };
        let strains = strain::findings(case).map(weigh);
        let delivery = [rate, schedule_delay(case), sending_time(case.ledger)];
        let mut findings: Vec<Finding> = interruption(case).into_iter().collect();
        findings.push(sent);
        findings.extend(delivery);
        findings.extend(strains);
        findings
    }
}

/// Whether the service got the planned load; `Err` says in words why no claim about its behaviour can be made.
///
/// Failures of checks with `needs_planned_load` prove nothing then and become inconclusive.
pub fn load_was_delivered(case: &Case<'_>) -> Result<(), String> {
    let findings = KeptUp.judge(case);
    let reasons: Vec<String> = findings
        .into_iter()
        .filter(|f| f.severity == Severity::Error && f.status == Status::Inconclusive)
        .map(|f| f.summary)
        .collect();
    if reasons.is_empty() {
        Ok(())
    } else {
        Err(words::list(&reasons))
    }
}

/// What this check found about arrivals that left too late for a claim about latency, if they did.
pub fn lateness(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().find(|f| {
        f.check.0 == META.id && f.subject == SCHEDULE_DELAY && f.status == Status::Inconclusive
    })
}

fn interruption(case: &Case<'_>) -> Option<Finding> {
    let at = case.timeline.load_end.since(case.timeline.load_start);
    case.timeline.interrupted.then(|| {
        META.undecided("run", "the run was interrupted")
            .expected(case.plan.load.duration().to_string())
            .observed(format!("stopped after {at}"))
            .hint("let the scenario run to its end, or shorten its phases")
    })
}

fn sent_share(ledger: &Ledger) -> Finding {
    let facts = &ledger.generator;
    // A step that could not follow was not withheld: there was nothing to send.
    let unsendable = Ledger::sum_outcomes(&ledger.cells).unsendable();
    let planned = facts.planned.saturating_sub(unsendable);
    let Some(share) = Ratio::of(facts.sent, planned) else {
        return META
            .undecided("arrivals sent", "nothing was planned")
            .hint("give the scenario a phase with a rate above 0");
    };
    let finding = if share.0 < MIN_SENT_SHARE {
        META.undecided("arrivals sent", format!("only {share} of the load was sent"))
            .hint(match facts.waited_for_place {
                0 => "lower the rate, or give sloproof more cores".to_owned(),
                waited => format!(
                    "lower the rate, raise the cap of {} in flight ({} waited for a place), or give sloproof more cores",
                    facts.max_in_flight,
                    words::count(waited, "arrival")
                ),
            })
    } else {
        META.pass("arrivals sent", format!("{share} of the load was sent"))
    };
    finding
        .expected(format!(
            "at least {:.0} % of {}",
            MIN_SENT_SHARE * 100.0,
            words::count(planned, "arrival")
        ))
        .observed(format!("{} sent", words::grouped(facts.sent)))
}

/// What was sent while the load lasted: a generator that is too slow sends all, too, if it is given more time.
fn achieved_rate(ledger: &Ledger) -> Finding {
    let facts = &ledger.generator;
    if facts.closed_loop {
        return META.skipped(
            "rate achieved",
            "in a closed loop the service sets the pace",
        );
    }
    let (rows, end) = (&ledger.watch, facts.planned_duration);
    let offered = offered(ledger);
    if rows.is_empty() || offered == 0 {
        return META.skipped("rate achieved", "the rate was not watched");
    }
    let last = rows.iter().position(|row| row.until_ms >= end.0);
    let rows = &rows[..last.map_or(rows.len(), |last| last + 1)];
    let in_time: u64 = rows.iter().map(|row| row.sent).sum();
    // What a journey sends after its time is not among those offered.
    let share = Ratio((in_time as f64 / offered as f64).min(1.0));
    let finding = if share.0 < MIN_SENT_SHARE {
        META.undecided(
            "rate achieved",
            format!("{share} of the offered rate was achieved"),
        )
        .hint(lateness_hint(ledger))
    } else {
        META.pass("rate achieved", "the offered rate was achieved")
    };
    let behind = furthest_behind(ledger).map_or_else(String::new, |(arrivals, at)| {
        format!("; furthest behind by {} at {at}", words::grouped(arrivals))
    });
    finding
        .expected(format!(
            "at least {:.0} % of {} sent within {end}",
            MIN_SENT_SHARE * 100.0,
            words::count(offered, "arrival")
        ))
        .observed(format!("{} ({share}){behind}", words::grouped(in_time)))
}

/// Arrivals due by the planned end, without steps of journeys that could not follow: there was nothing to send.
fn offered(ledger: &Ledger) -> u64 {
    let facts = &ledger.generator;
    let end = facts.planned_duration.0;
    // Steps of a journey may be due after it.
    let after = ledger.windows.iter().filter(|w| w.second * 1000 >= end);
    let after: u64 = after.map(|window| window.planned).sum();
    let unsendable = Ledger::sum_outcomes(&ledger.cells).unsendable();
    facts.planned.saturating_sub(after + unsendable)
}

/// The most arrivals that were due and not sent at the end of a watched second, and when that was.
fn furthest_behind(ledger: &Ledger) -> Option<(u64, Millis)> {
    let (end, offered) = (ledger.generator.planned_duration.0, offered(ledger));
    let mut windows = ledger.windows.iter().peekable();
    let (mut due, mut sent) = (0, 0);
    let behind = ledger.watch.iter().map(|row| {
        sent += row.sent;
        // Whole seconds only: of the one under way nobody knows how much was due.
        while let Some(window) = windows.next_if(|w| w.second < row.until_ms / 1000) {
            due += window.planned;
        }
        let due = if row.until_ms >= end { offered } else { due };
        (due.saturating_sub(sent), Millis(row.until_ms))
    });
    behind
        .max_by_key(|(arrivals, _)| *arrivals)
        .filter(|(arrivals, _)| *arrivals > 0)
}

/// The limit on the schedule delay's 99th percentile, in microseconds.
pub(super) fn delay_limit(plan: &Plan) -> u64 {
    let bounds = plan.slos.iter().filter_map(|slo| match slo.bad {
        BadEvents::SlowerThan { bound } => Some(bound.0 as f64 * 1000.0 * DELAY_SHARE),
        BadEvents::Status { .. } => None,
    });
    let floor = DELAY_FLOOR.0 * 1000;
    bounds
        .reduce(f64::min)
        .map_or(floor, |us| floor.max(us as u64))
}

fn schedule_delay(case: &Case<'_>) -> Finding {
    let delay = Ledger::merge_histograms(case.ledger.measured(), |c| &c.delay);
    let Some(p99) = delay.quantile(0.99) else {
        return META.skipped(SCHEDULE_DELAY, "nothing was sent in a measured phase");
    };
    let limit = delay_limit(case.plan);
    let finding = if p99 > limit {
        META.undecided(
            SCHEDULE_DELAY,
            format!("requests left {} late (p99)", words::micros(p99)),
        )
        .hint(lateness_hint(case.ledger))
    } else {
        META.pass(SCHEDULE_DELAY, "requests left on time")
    };
    let finding = finding
        .expected(format!("p99 at most {}", words::micros(limit)))
        .observed(format!(
            "p99 {} over {}",
            words::micros(p99),
            words::count(delay.count(), "request")
        ));
    // Counters, alerts and error budgets do not mind a request that left a little late.
    if p99 > limit && !case.plan.claims_latency() {
        finding.warning()
    } else {
        finding
    }
}

/// Whether so many arrivals waited for a place in flight that their lateness is not the machine's.
pub fn lacked_places(facts: &GeneratorFacts) -> bool {
    facts.waited_for_place > facts.planned / 100
}

/// Cores that were busy with more than awaiting intended times; `None` where it was not measured.
pub fn busy_cores(facts: &GeneratorFacts) -> Option<f64> {
    let spun = facts.spinning_cores.unwrap_or(0.0);
    facts.cpu_cores_used.map(|used| (used - spun).max(0.0))
}

/// Late for want of a place in flight is the service's slowness or a low cap; otherwise it is the machine's.
fn lateness_hint(ledger: &Ledger) -> String {
    let facts = &ledger.generator;
    if lacked_places(facts) {
        format!(
            "{} waited for one of {} places in flight: the service answers too slowly for this rate; raise \
             load.maxInFlight, shorten load.timeout, or lower the rate",
            words::count(facts.waited_for_place, "arrival"),
            facts.max_in_flight
        )
    } else {
        "close other programs, give sloproof a core of its own, or lower the rate".to_owned()
    }
}

fn sending_time(ledger: &Ledger) -> Finding {
    let (planned, took) = (
        ledger.generator.planned_duration,
        ledger.generator.sending_duration,
    );
    if ledger.generator.sent == 0 {
        return META.skipped("sending time", "nothing was sent");
    }
    let over = Millis(took.0.saturating_sub(planned.0));
    let finding = if over > SLACK && over.0 as f64 > planned.0 as f64 * OVERRUN_SHARE {
        META.undecided("sending time", format!("sending took {over} too long"))
            .hint(format!(
                "lower the rate, or see whether the service stalls: {} waited for a free place",
                words::count(ledger.generator.waited_for_place, "arrival")
            ))
    } else {
        META.pass("sending time", "sending took as long as planned")
    };
    finding
        .expected(planned.to_string())
        .observed(took.to_string())
}

#[cfg(test)]
mod tests;
