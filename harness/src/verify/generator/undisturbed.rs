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

/// A connection serves this many requests at least, on average; fewer, and what is measured is connecting.
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
            connections(facts),
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
    let finding = if throttled > Millis(0) {
        META.undecided(
            "throttling",
            format!("a quota kept the container from running for {throttled}"),
        )
        .hint("raise the container's processor limit, or lower the rate")
    } else {
        META.pass("throttling", "the quota was never used up")
    };
    finding.expected("never").observed(throttled.to_string())
}

fn connections(facts: &GeneratorFacts) -> Finding {
    let Some(opened) = facts.connections else {
        return META.skipped("connections", "connections were not counted");
    };
    // Each place in flight opens one; only those beyond are for want of keep-alive.
    let again = opened.saturating_sub(u64::from(facts.max_in_flight));
    let finding = if again * REQUESTS_PER_CONNECTION > facts.sent {
        META.undecided(
            "connections",
            format!("{} were opened anew", words::count(again, "connection")),
        )
        .hint("see why the service closes connections: latencies include connecting")
    } else {
        META.pass("connections", "connections were kept")
    };
    finding
        .expected(format!(
            "at most one for each of {} places, and one per {REQUESTS_PER_CONNECTION} requests",
            facts.max_in_flight
        ))
        .observed(format!(
            "{} for {}",
            words::grouped(opened),
            words::count(facts.sent, "request")
        ))
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

    #[test]
    fn a_disturbance_warns_and_never_more() {
        let cases = [
            ("stolen time", facts(|g| g.steal_share = Some(Ratio(0.021)))),
            ("throttling", facts(|g| g.throttled_ms = Some(1))),
            ("connections", facts(|g| g.connections = Some(256 + 11))),
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
            g.connections = Some(256 + 10);
        });
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
