//! Prometheus and this machine agree on the time.

use crate::model::{Engine, Evidence, Finding, Hop, Millis, Question, Series};
use crate::scenario::Plan;
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};

/// `requests/clock`.
#[derive(Debug, Clone, Copy)]
pub struct Clock;

const META: Meta = Meta {
    id: "requests/clock",
    hop: Hop::Counters,
    title: "Prometheus and the load generator have the same time",
    failure: "samples are dated by another clock than the load, so what is before and after it is mixed up",
    needs_planned_load: false,
    builds_on: &[],
};

const SUBJECT: &str = "clock";

/// However rarely Prometheus scrapes: phases and alerts are timed to seconds.
const MOST: Millis = Millis(1000);

impl Check for Clock {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        let asked = plan.telemetry.has(Engine::Prometheus);
        asked.then_some(Question::PromClock).into_iter().collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        if !case.plan.telemetry.has(Engine::Prometheus) {
            return vec![META.skipped(SUBJECT, "the scenario names no Prometheus")];
        }
        let finding = match META.series(case, &Question::PromClock, SUBJECT, "prometheus") {
            Ok((evidence, series)) => of_answer(case.plan, evidence, series),
            Err(finding) => *finding,
        };
        // Counts are compared exactly, and fail by themselves where the clocks mixed something up.
        vec![match finding.status.word() {
            "inconclusive" => finding.warning(),
            _ => finding,
        }]
    }
}

/// Where the server's clock stands to ours, in milliseconds: its answer was made between our two looks at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Skew {
    least: i64,
    most: i64,
}

impl Skew {
    fn of(evidence: &Evidence, series: &[Series]) -> Option<Self> {
        let point = series.first()?.points.first()?;
        let server = (point.value? * 1000.0).round() as i64;
        Some(Self {
            least: server - evidence.at.0,
            most: server - point.at.0,
        })
    }

    /// How far off it is at least, and at most.
    fn size(self) -> (u64, u64) {
        let least = if self.least > 0 {
            self.least
        } else {
            self.most.min(0)
        };
        let most = self.least.unsigned_abs().max(self.most.unsigned_abs());
        (least.unsigned_abs(), most)
    }

    fn round_trip(self) -> Millis {
        Millis((self.most - self.least).unsigned_abs())
    }
}

fn of_answer(plan: &Plan, evidence: &Evidence, series: &[Series]) -> Finding {
    // Half a scrape interval: beyond that a sample may lie on the wrong side of the first or the last request.
    let limit = Millis(plan.telemetry.scrape_interval.0 / 2).min(MOST);
    let Some(skew) = Skew::of(evidence, series) else {
        return META
            .undecided(SUBJECT, "prometheus did not say which time it is")
            .expected(format!("within {limit}"))
            .observed("no number")
            .evidence([evidence.id])
            .hint("ask it for `time()` and see what it answers");
    };
    let (least, most) = skew.size();
    let finding = if most <= limit.0 {
        META.pass(SUBJECT, "both clocks agree")
    } else if least > limit.0 {
        let side = if skew.least > 0 { "ahead" } else { "behind" };
        META.undecided(
            SUBJECT,
            format!("Prometheus is at least {} {side}", Millis(least)),
        )
        .hint("synchronise both machines (NTP), or run sloproof where Prometheus runs")
    } else {
        META.undecided(
            SUBJECT,
            format!("the answer took {}, too long to tell", skew.round_trip()),
        )
        .hint("run sloproof nearer to Prometheus, or see why it answers so slowly")
    };
    finding
        .expected(format!(
            "within {limit}: half a scrape interval, {MOST} at most"
        ))
        .observed(format!(
            "{:+} to {:+} ms, asked and answered within {}",
            skew.least,
            skew.most,
            skew.round_trip()
        ))
        .evidence([evidence.id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::verify::fixtures::requests::clock;

    fn judged(server_ms: i64, round_trip_ms: i64) -> Finding {
        let fixture = clock(server_ms, round_trip_ms);
        fixture.judge(|case| Clock.judge(case)).remove(0)
    }

    #[test]
    fn a_clock_that_is_off_by_more_than_half_a_scrape_is_told_with_its_side() {
        // Scrapes are 500 ms apart.
        let ahead = judged(2020, 20);
        assert_eq!(
            (ahead.status.word(), ahead.severity),
            ("inconclusive", Severity::Warning)
        );
        assert_eq!(ahead.summary, "Prometheus is at least 2 s ahead");
        let behind = judged(-3000, 20);
        assert_eq!(behind.summary, "Prometheus is at least 3 s behind");
    }

    #[test]
    fn the_round_trip_bounds_what_can_be_known() {
        assert_eq!(judged(250, 10).status.word(), "pass");
        assert_eq!(judged(251, 0).status.word(), "inconclusive");
        let slow = judged(100, 5000);
        assert_eq!(slow.summary, "the answer took 5 s, too long to tell");
    }

    #[test]
    fn without_prometheus_there_is_no_other_clock() {
        let fixture = clock(0, 0).with(|f| f.plan.telemetry.stack = false);
        let finding = fixture.judge(|case| Clock.judge(case)).remove(0);
        assert_eq!(finding.status.word(), "skipped");
    }
}
