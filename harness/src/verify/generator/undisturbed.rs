//! Nothing on the machine disturbed the measurement.

mod fast_errors;

use fast_errors::fast_errors;

use crate::ledger::GeneratorFacts;
use crate::model::{Finding, Hop, Millis, Question, Ratio, Status};
use crate::scenario::Plan;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// Share of the machine's time that its host may give to others.
pub const MAX_STEAL: f64 = 0.02;

/// A connection serves this many requests at least, on average; fewer, and what is measured is partly connecting.
pub const REQUESTS_PER_CONNECTION: u64 = 100;

/// `generator/undisturbed`.
#[derive(Debug, Clone, Copy)]
pub struct Undisturbed;

const META: Meta = Meta {
    id: "generator/undisturbed",
    hop: Hop::Load,
    title: "nothing on the generator's machine disturbed the measurement",
    failure: "latencies may be partly the machine's own, or flattered by what went wrong",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

impl Check for Undisturbed {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let facts = &case.ledger.generator;
        // None of these proves the numbers wrong: kept-up does, where requests left late.
        [
            steal(facts),
            throttling(facts),
            connections(case),
            fast_errors(case),
        ]
        .map(|finding| match finding.status {
            Status::Inconclusive => finding.warning(),
            _ => finding,
        })
        .into()
    }
}

fn steal(facts: &GeneratorFacts) -> Finding {
    let Some(share) = facts.steal_share else {
        return META.skipped(
            "stolen time",
            "the system does not tell what its host gave to others",
        );
    };
    let finding = if share.0 > MAX_STEAL {
        META.undecided(
            "stolen time",
            format!("the host gave {share} of this machine's time to others"),
        )
        .hint("run on a machine that is not shared, or at another time")
    } else {
        META.pass("stolen time", "the machine had its time to itself")
    };
    finding
        .expected(format!("at most {}", Ratio(MAX_STEAL)))
        .observed(share.to_string())
}

fn throttling(facts: &GeneratorFacts) -> Finding {
    let Some(throttled) = facts.throttled_ms.map(Millis) else {
        return META.skipped("throttling", "no processor quota is set");
    };
    let times = facts.throttled_times.unwrap_or(0);
    let finding = if throttled > Millis(0) || times > 0 {
        META.undecided(
            "throttling",
            format!("a quota kept the generator from running for {throttled}"),
        )
        .hint("raise the container's processor limit, or lower the rate")
    } else {
        META.pass("throttling", "the quota was never used up")
    };
    finding
        .expected("never")
        .observed(format!("{throttled}, {}", words::count(times, "time")))
}

/// Connections that took the place of lost ones, in the steady state: what was opened first is no news, and what
/// happens while the service warms up is its own affair.
fn connections(case: &Case<'_>) -> Finding {
    if case.ledger.generator.reopened.is_none() || case.ledger.watch.is_empty() {
        return META.skipped("connections", "connections were not counted");
    }
    let (reopened, sent) = steady(case);
    if sent == 0 {
        return META.skipped("connections", "nothing was sent in a measured phase");
    }
    let finding = if reopened * REQUESTS_PER_CONNECTION > sent {
        META.undecided(
            "connections",
            format!("{} were lost and opened again", words::count(reopened, "connection")),
        )
        .hint(
            "see why the service, or a proxy before it, closes connections, and whether requests timed out: latencies \
             include connecting",
        )
    } else {
        META.pass("connections", "connections were kept")
    };
    finding
        .expected(format!(
            "at most one per {REQUESTS_PER_CONNECTION} requests in measured phases"
        ))
        .observed(format!(
            "{} for {}",
            words::grouped(reopened),
            words::count(sent, "request")
        ))
}

/// Connections opened again and requests sent in the watched seconds whose middle lies in a measured phase.
fn steady(case: &Case<'_>) -> (u64, u64) {
    let mut end = Millis(0);
    let phases: Vec<(Millis, bool)> = case
        .plan
        .load
        .phases
        .iter()
        .map(|phase| {
            end = end + phase.duration;
            (end, phase.measured)
        })
        .collect();
    let mut from = 0;
    let mut sum = (0, 0);
    for row in &case.ledger.watch {
        let middle = Millis(u64::midpoint(from, row.until_ms));
        from = row.until_ms;
        // What is sent after the end is late, and of the last phase.
        let phase = phases
            .iter()
            .find(|(end, _)| middle < *end)
            .or(phases.last());
        if phase.is_some_and(|(_, measured)| *measured) {
            sum = (sum.0 + row.reopened, sum.1 + row.sent);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::verify::fixture::Fixture;

    fn about(fixture: &Fixture, subject: &str) -> Finding {
        let findings = fixture.judge(|case| Undisturbed.judge(case));
        findings.into_iter().find(|f| f.subject == subject).unwrap()
    }

    fn facts(change: impl Fn(&mut GeneratorFacts)) -> Fixture {
        Fixture::new()
            .completed("get", "outage", 200, 1000, 3000)
            .with(|f| change(&mut f.ledger.generator))
    }

    fn watched(rows: &[(u64, u64, u64)]) -> Fixture {
        facts(|_| ()).with(|f| f.watch(rows))
    }

    #[test]
    fn a_disturbance_warns_and_never_more() {
        let cases = [
            ("stolen time", facts(|g| g.steal_share = Some(Ratio(0.021)))),
            ("throttling", facts(|g| g.throttled_ms = Some(1))),
            (
                "throttling",
                facts(|g| (g.throttled_ms, g.throttled_times) = (Some(0), Some(1))),
            ),
            (
                "connections",
                watched(&[(20_000, 0, 500), (50_000, 11, 500)]),
            ),
        ];
        for (subject, fixture) in cases {
            let finding = about(&fixture, subject);
            assert_eq!(finding.status, Status::Inconclusive, "{subject}");
            assert_eq!(finding.severity, Severity::Warning, "{subject}");
        }
    }

    #[test]
    fn at_the_limit_all_is_well() {
        let fixture = facts(|g| {
            g.steal_share = Some(Ratio(0.02));
            g.throttled_ms = Some(0);
        });
        let fixture = fixture.with(|f| f.watch(&[(20_000, 0, 500), (50_000, 10, 500)]));
        for subject in ["stolen time", "throttling", "connections", "fast errors"] {
            assert_eq!(about(&fixture, subject).status, Status::Pass, "{subject}");
        }
    }

    #[test]
    fn what_was_not_measured_is_skipped() {
        for subject in ["stolen time", "throttling", "connections"] {
            assert_eq!(about(&facts(|_| ()), subject).status.word(), "skipped");
        }
    }
}
