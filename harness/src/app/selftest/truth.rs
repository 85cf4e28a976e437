//! What must be recorded, in closed form, and what was.

use serde::Serialize;

use super::trial::Trial;

/// One number that is known beforehand, and what the engine recorded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// Which trial.
    pub(super) trial: &'static str,
    /// Which number.
    pub(super) what: String,
    /// The least that may be recorded, inclusive.
    pub(super) least: f64,
    /// The most, inclusive.
    pub(super) most: f64,
    /// What was recorded; `None` if nothing was.
    pub(super) recorded: Option<f64>,
    /// `ms`, `µs` or `arrivals`.
    pub(super) unit: &'static str,
    /// Whether it is shown only, and decides nothing.
    pub(super) informative: bool,
}

impl Line {
    /// Whether the record tells the truth.
    pub(super) fn holds(&self) -> bool {
        self.informative
            || self
                .recorded
                .is_some_and(|n| n >= self.least && n <= self.most)
    }
}

/// A server that holds back what comes in a fifth of the time, at that time's end, for `hold` milliseconds at most:
/// over intended arrivals, a fifth of the latencies is uniform on (0, hold], so above q = 0.8 the quantile is
/// `(q − 0.8)/0.2 · hold`.
pub(super) fn stall(trial: &Trial, hold: f64) -> Vec<Line> {
    let mut lines = vec![conserved("stall", trial)];
    lines.push(line(
        "stall",
        "response p50",
        0.0,
        2.0,
        ms(trial.response.quantile(0.5)),
    ));
    for (q, name) in [(0.9, "p90"), (0.95, "p95"), (0.99, "p99")] {
        let truth = (q - 0.8) / 0.2 * hold;
        let recorded = ms(trial.response.quantile(q));
        lines.push(line(
            "stall",
            &format!("response {name}"),
            truth - 10.0,
            truth + 10.0,
            recorded,
        ));
    }
    lines.push(Line {
        informative: true,
        ..line(
            "stall",
            "service p99 (time on the wire)",
            0.0,
            hold,
            ms(trial.service.quantile(0.99)),
        )
    });
    lines
}

/// A server that answers after exactly `hold` milliseconds.
pub(super) fn held(trial: &Trial, hold: f64) -> Vec<Line> {
    let p = |q| ms(trial.service.quantile(q));
    vec![
        conserved("known latency", trial),
        line("known latency", "service p50", hold, hold + 5.0, p(0.5)),
        line("known latency", "service p95", hold, hold + 10.0, p(0.95)),
    ]
}

/// A server that notes when requests come, `gap` microseconds apart.
pub(super) fn paced(trial: &Trial, gap: f64) -> Vec<Line> {
    let us = |value: Option<u64>| value.map(|us| us as f64);
    let micros = |what: &str, least, most, recorded| Line {
        unit: "µs",
        ..line("pacing", what, least, most, recorded)
    };
    vec![
        conserved("pacing", trial),
        micros(
            "schedule delay p50",
            0.0,
            100.0,
            us(trial.delay.quantile(0.5)),
        ),
        micros(
            "schedule delay p99",
            0.0,
            1000.0,
            us(trial.delay.quantile(0.99)),
        ),
        micros(
            "gap at the server p50",
            gap * 0.95,
            gap * 1.05,
            us(trial.gaps.quantile(0.5)),
        ),
    ]
}

fn conserved(trial: &'static str, of: &Trial) -> Line {
    let planned = of.planned as f64;
    let recorded = (of.outcomes == of.completed).then_some(of.outcomes as f64);
    Line {
        unit: "arrivals",
        ..line(
            trial,
            "answered, one outcome each",
            planned,
            planned,
            recorded,
        )
    }
}

fn line(trial: &'static str, what: &str, least: f64, most: f64, recorded: Option<f64>) -> Line {
    Line {
        trial,
        what: what.to_owned(),
        least,
        most,
        recorded,
        unit: "ms",
        informative: false,
    }
}

fn ms(micros: Option<u64>) -> Option<f64> {
    micros.map(|us| us as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LatencyHistogram;

    /// What an engine records of a stall of 2 s in 10 s at 100/s, if it records the truth.
    fn truthful() -> Trial {
        let mut response = LatencyHistogram::default();
        (0..800).for_each(|_| response.record(300));
        (1..=200).for_each(|n| response.record(n * 10_000));
        Trial {
            planned: 1000,
            outcomes: 1000,
            completed: 1000,
            service: response.clone(),
            delay: LatencyHistogram::default(),
            gaps: LatencyHistogram::default(),
            response,
        }
    }

    #[test]
    fn the_truth_holds_and_coordinated_omission_does_not() {
        assert!(stall(&truthful(), 2000.0).iter().all(Line::holds));
        let mut omitted = truthful();
        omitted.response = LatencyHistogram::default();
        (0..990).for_each(|_| omitted.response.record(300));
        (0..10).for_each(|_| omitted.response.record(2_000_000));
        let wrong: Vec<String> = stall(&omitted, 2000.0)
            .into_iter()
            .filter(|line| !line.holds())
            .map(|line| line.what)
            .collect();
        assert_eq!(wrong, ["response p90", "response p95", "response p99"]);
    }

    #[test]
    fn a_lost_arrival_and_an_empty_record_do_not_hold() {
        let mut lost = truthful();
        lost.completed = 999;
        assert!(!conserved("stall", &lost).holds());
        assert!(!line("stall", "p50", 0.0, 1.0, None).holds());
    }
}
