//! Errors that come faster than answers: the more of them there are, the better an overall percentile looks.

use super::META;
use crate::ledger::{Cell, LatencyHistogram, Ledger};
use crate::model::{Finding, Ratio, RouteId};
use crate::verify::case::Case;
use crate::verify::words;

/// Above this share of bad outcomes their latency matters.
pub(super) const BAD_SHARE: f64 = 0.01;

const SUBJECT: &str = "fast errors";

/// With fewer errors than this their p95 is unstable, and the slowest of them is taken instead: if even that one was
/// faster, no more errors would have changed it.
const ERRORS_FOR_P95: u64 = 200;

/// Compares, per route, the response times of errors with those of successes. Phases that the scenario breaks on
/// purpose are left out: there the errors are what was asked for.
pub(super) fn fast_errors(case: &Case<'_>) -> Finding {
    let routes = case.plan.load.routes.iter();
    let compared: Vec<Compared<'_>> = routes.filter_map(|r| Compared::of(case, &r.id)).collect();
    if compared.is_empty() {
        return META.skipped(
            SUBJECT,
            "nothing was sent in a measured phase without faults",
        );
    }
    let errors = compared.iter().any(|route| route.share > BAD_SHARE);
    if compared.iter().any(Compared::is_untimed) {
        return META.skipped(SUBJECT, "this ledger does not keep how long errors took");
    }
    let Some(worst) = compared
        .iter()
        .filter(|route| route.share > BAD_SHARE && route.flatters())
        .max_by(|a, b| a.share.total_cmp(&b.share))
    else {
        let summary = if errors {
            "what failed did not flatter the percentiles"
        } else {
            "too few errors to flatter a percentile"
        };
        return META.pass(SUBJECT, summary);
    };
    worst.finding()
}

/// One route over the phases that count.
struct Compared<'a> {
    route: &'a RouteId,
    share: f64,
    sent: u64,
    errors: LatencyHistogram,
    successes: Option<u64>,
}

impl<'a> Compared<'a> {
    /// `None` where nothing was sent.
    fn of(case: &Case<'_>, route: &'a RouteId) -> Option<Self> {
        let phases = &case.plan.load.phases;
        let on_purpose = |cell: &Cell| {
            let phase = phases.iter().find(|p| p.id == cell.phase);
            phase.is_some_and(|p| p.faults.is_some())
        };
        let cells: Vec<&Cell> = case
            .ledger
            .measured()
            .filter(|c| c.route == *route && !on_purpose(c))
            .collect();
        let sum = |pick: fn(&Cell) -> u64| cells.iter().map(|c| pick(c)).sum::<u64>();
        let sent = sum(|c| c.planned - c.outcomes.not_sent);
        let bad = sent.saturating_sub(sum(|c| c.good));
        let share = Ratio::of(bad, sent)?.0;
        let mut errors = LatencyHistogram::default();
        for part in cells.iter().filter_map(|c| c.errors.as_ref()) {
            errors.merge(part);
        }
        let response = Ledger::merge_histograms(cells.iter().copied(), |c| &c.response);
        let successes = response.without(&errors).and_then(|h| h.quantile(0.95));
        Some(Self {
            route,
            share,
            sent,
            errors,
            successes,
        })
    }

    /// p95, or the slowest of a few.
    fn of_errors(&self) -> Option<u64> {
        if self.errors.count() < ERRORS_FOR_P95 {
            self.errors.max()
        } else {
            self.errors.quantile(0.95)
        }
    }

    /// Ledgers of older programs count errors and do not keep their times.
    fn is_untimed(&self) -> bool {
        self.share > BAD_SHARE && self.errors.is_empty()
    }

    fn flatters(&self) -> bool {
        match (self.of_errors(), self.successes) {
            (Some(errors), Some(successes)) => errors < successes,
            // Without a success there is nothing but errors.
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    fn finding(&self) -> Finding {
        let (route, share) = (self.route, Ratio(self.share));
        let Some(successes) = self.successes else {
            return META
                .undecided(SUBJECT, format!("{route}: no request succeeded"))
                .expected("a response time of successes")
                .observed(format!(
                    "{} of which none did",
                    words::count(self.sent, "request")
                ))
                .hint("see whether the service is up, and whether the target is its address");
        };
        META.undecided(
            SUBJECT,
            format!("{route}: {share} of the requests were errors, and faster than the others"),
        )
        .expected(format!(
            "errors not faster than successes, p95 {}",
            words::micros(successes)
        ))
        .observed(format!(
            "{} over {}",
            words::micros(self.of_errors().unwrap_or(0)),
            words::count(self.errors.count(), "error")
        ))
        .hint("read the latency of successes, not of all requests, and the error rate beside it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::OutcomeCounts;
    use crate::scenario::plan::Faults;
    use crate::verify::fixture::Fixture;

    fn word(fixture: &Fixture) -> &'static str {
        fixture.judge(|case| fast_errors(case).status.word())
    }

    /// 10,000 successes of 3 ms and so many errors of this time.
    fn run(errors: u64, us: u64) -> Fixture {
        Fixture::new()
            .completed("get", "outage", 200, 10_000, 3000)
            .completed("get", "outage", 500, errors, us)
    }

    #[test]
    fn errors_that_are_faster_than_successes_are_told_with_both_times() {
        let fixture = run(1000, 50);
        let finding = fixture.judge(fast_errors);
        assert_eq!(
            finding.summary,
            "get: 9.1 % of the requests were errors, and faster than the others"
        );
        assert_eq!(
            finding.expected,
            "errors not faster than successes, p95 3.0 ms"
        );
        assert_eq!(finding.observed, "50 µs over 1,000 errors");
    }

    #[test]
    fn slow_errors_and_few_errors_flatter_nothing() {
        assert_eq!(word(&run(1000, 3000)), "pass");
        assert_eq!(word(&run(100, 50)), "pass", "99 of 10,000 is below 1 %");
        assert_eq!(word(&run(102, 50)), "inconclusive");
    }

    #[test]
    fn one_slow_error_among_a_few_leaves_it_open() {
        let mixed = run(150, 50).completed("get", "outage", 500, 1, 9000);
        assert_eq!(word(&mixed), "pass");
        let many = run(250, 50).completed("get", "outage", 500, 1, 9000);
        assert_eq!(word(&many), "inconclusive");
    }

    #[test]
    fn a_refused_connection_is_an_error_too() {
        let refused = OutcomeCounts {
            connect_failed: 300,
            ..OutcomeCounts::default()
        };
        let fixture = run(0, 0).unfinished("get", "outage", &refused).with(|f| {
            let cell = f.cell("get", "outage");
            for _ in 0..300 {
                cell.response.record(40);
                cell.errors.get_or_insert_default().record(40);
            }
        });
        assert_eq!(word(&fixture), "inconclusive");
    }

    #[test]
    fn errors_on_purpose_are_what_was_asked_for() {
        let fixture =
            run(1000, 50).with(|f| f.plan.load.phases[1].faults = Some(Faults::default()));
        assert_eq!(word(&fixture), "skipped");
    }

    #[test]
    fn an_older_ledger_that_does_not_know_the_times_is_not_judged() {
        let fixture = run(1000, 50).with(|f| f.cell("get", "outage").errors = None);
        assert_eq!(word(&fixture), "skipped");
    }
}
