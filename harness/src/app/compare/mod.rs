//! `sloproof compare`: a run against an earlier one, where the two can be compared at all.

mod bad;
mod refusal;
mod rows;
mod table;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::judgement::Record;
use super::run_dir::RunDir;
use super::{Console, Failure};
use crate::gate::exit;
use crate::ledger::Ledger;
use crate::model::Ratio;
use crate::scenario::Plan;
use bad::{BadShare, bad_shares};
use refusal::{Refusal, refusals};
use rows::{Change, Row, rows};

/// Version of the JSON.
const COMPARISON_SCHEMA_VERSION: u32 = 1;

/// What to do about what is not known.
const LOST: &str = "measure longer, or raise the time-out where it lies among time-outs";

/// What to compare.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// A run directory.
    pub run: PathBuf,
    /// The run directory that it is held against.
    pub baseline: PathBuf,
    /// Exit with 1 on a regression, and with 3 if something can no longer be compared.
    pub gate: bool,
    /// Least tolerance, as a share of the baseline.
    pub tolerance: Ratio,
    /// Versions of the service that nobody told pass for equal.
    pub allow_unknown_version: bool,
    /// Print JSON.
    pub json: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Nothing is worse.
    Same,
    /// Something is worse.
    Regression,
    /// Nothing is known to be worse, but something that the baseline knew is not known any more.
    Incomplete,
    /// The two cannot be compared.
    Refused,
}

impl Outcome {
    fn title(self) -> &'static str {
        match self {
            Self::Same => "SAME",
            Self::Regression => "WORSE",
            Self::Incomplete => "INCOMPLETE",
            Self::Refused => "REFUSED",
        }
    }
}

/// What of a run is compared.
#[derive(Debug, Clone, Copy)]
struct Run<'a> {
    plan: &'a Plan,
    ledger: &'a Ledger,
}

impl<'a> Run<'a> {
    fn of(record: &'a Record) -> Self {
        Self {
            plan: &record.plan,
            ledger: &record.ledger,
        }
    }

    #[cfg(test)]
    fn of_fixture(fixture: &'a crate::verify::fixture::Fixture) -> Self {
        Self {
            plan: &fixture.plan,
            ledger: &fixture.ledger,
        }
    }
}

#[derive(Debug, Serialize)]
struct Comparison {
    schema_version: u32,
    current: String,
    baseline: String,
    outcome: Outcome,
    gate: bool,
    refused: Vec<Refusal>,
    /// What the baseline knew and the current run does not.
    not_compared: usize,
    rows: Vec<Row>,
    bad: Vec<BadShare>,
}

impl Comparison {
    fn of(current: &Record, baseline: &Record, options: &CompareOptions) -> Self {
        let refused = refusals(current, baseline, options.allow_unknown_version);
        let mut comparison = Self {
            schema_version: COMPARISON_SCHEMA_VERSION,
            current: current.manifest.run_id.clone(),
            baseline: baseline.manifest.run_id.clone(),
            outcome: Outcome::Refused,
            gate: options.gate,
            refused,
            not_compared: 0,
            rows: vec![],
            bad: vec![],
        };
        if comparison.refused.is_empty() {
            comparison.compare(&Run::of(current), &Run::of(baseline), options.tolerance.0);
        }
        comparison
    }

    fn compare(&mut self, current: &Run<'_>, baseline: &Run<'_>, tolerance: f64) {
        self.rows = rows(current, baseline, tolerance);
        self.bad = bad_shares(current, baseline, tolerance);
        self.not_compared = self.rows.iter().filter(|row| row.is_lost()).count()
            + self.bad.iter().filter(|share| share.is_lost()).count();
        self.outcome = if self.count(Change::Regression) > 0 {
            Outcome::Regression
        } else if let Some(refusal) = nothing_to_compare(&self.rows) {
            self.refused.push(refusal);
            Outcome::Refused
        } else if self.not_compared > 0 {
            Outcome::Incomplete
        } else {
            Outcome::Same
        };
    }

    fn changes(&self) -> impl Iterator<Item = Change> {
        let rows = self.rows.iter().map(|row| row.change);
        rows.chain(self.bad.iter().map(|share| share.change))
    }

    fn count(&self, change: Change) -> usize {
        self.changes().filter(|other| *other == change).count()
    }

    fn sentence(&self) -> String {
        let (worse, better) = (
            self.count(Change::Regression),
            self.count(Change::Improvement),
        );
        let known = self.changes().count() - self.count(Change::Unknown);
        let mut text = format!(
            "Of {known} percentiles and shares of bad outcomes {worse} are worse and {better} better than the \
             tolerance allows."
        );
        if self.not_compared > 0 {
            let _ = write!(
                text,
                " {} that the baseline knew could not be compared: {LOST}.",
                self.not_compared
            );
        }
        match (self.outcome, self.gate) {
            (Outcome::Regression, false) => text + " Told only; --gate makes it exit code 1.",
            (Outcome::Incomplete, false) => text + " Told only; --gate makes it exit code 3.",
            _ => text,
        }
    }

    fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Refused => exit::INVALID,
            Outcome::Regression if self.gate => exit::FAIL,
            // Unknown is not pass.
            Outcome::Incomplete if self.gate => exit::INVALID,
            Outcome::Regression | Outcome::Incomplete | Outcome::Same => exit::PASS,
        }
    }
}

/// Without one percentile on both sides there is no comparison, and that is not the same as no difference.
fn nothing_to_compare(rows: &[Row]) -> Option<Refusal> {
    let known = |pick: fn(&Row) -> bool| {
        let n = rows.iter().filter(|row| pick(row)).count();
        format!("{n} of {} percentiles", rows.len())
    };
    let none = rows.iter().all(|row| row.change == Change::Unknown);
    none.then(|| Refusal {
        about: "samples",
        current: known(|row| row.current_ms.is_some() && !row.current_at_least),
        baseline: known(|row| row.baseline_ms.is_some() && !row.baseline_at_least),
        remedy: format!("{LOST}; a percentile p takes 10/(1−p) samples, 200 for p95"),
    })
}

/// Compares two run directories; writes nothing. Exit code 3 if they cannot be compared.
pub fn compare(console: &Console, options: &CompareOptions) -> Result<u8, Failure> {
    let read = |path: &Path| Record::read(&RunDir::open(path)).map_err(Failure::usage);
    let comparison = Comparison::of(&read(&options.run)?, &read(&options.baseline)?, options);
    let text = if options.json {
        let json = serde_json::to_string_pretty(&comparison);
        format!("{}\n", json.context("cannot write the comparison")?)
    } else {
        table::text(&comparison)
    };
    console.print(&text)?;
    Ok(comparison.exit_code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;

    /// 1,000 requests of each route, of which so many of `get` timed out after a second.
    fn run(timed_out: u64, us: u64) -> Fixture {
        Fixture::new()
            .completed("put", "outage", 204, 1000, us)
            .completed("get", "outage", 200, 1000 - timed_out, us)
            .timed_out("get", "outage", timed_out, 1_000_000)
    }

    fn compared(current: &Fixture, baseline: &Fixture, gate: bool) -> Comparison {
        let mut comparison = Comparison {
            schema_version: COMPARISON_SCHEMA_VERSION,
            current: "new".into(),
            baseline: "old".into(),
            outcome: Outcome::Refused,
            gate,
            refused: vec![],
            not_compared: 0,
            rows: vec![],
            bad: vec![],
        };
        comparison.compare(&Run::of_fixture(current), &Run::of_fixture(baseline), 0.05);
        comparison
    }

    #[test]
    fn a_gate_stays_shut_when_a_percentile_has_come_to_lie_among_time_outs() {
        let told = compared(&run(80, 2000), &run(0, 2000), true);
        assert_eq!((told.outcome, told.exit_code()), (Outcome::Regression, 1));
        let text = table::text(&told);
        let line = |of: &str| text.lines().find(|line| line.contains(of)).unwrap();
        for part in ["get", "≥ 1000.", "≥ +998.", "✖ slower"] {
            assert!(line(" p95 ").contains(part), "{text}");
        }
        for part in ["get", "8 %", "+8.00 pp", "✖ worse"] {
            assert!(line(" bad ").contains(part), "{text}");
        }
        assert!(
            text.contains("Of 10 percentiles and shares of bad outcomes 3 are worse"),
            "{text}"
        );
    }

    #[test]
    fn fast_errors_are_worse_although_no_percentile_is() {
        let errors = run(0, 2000).completed("put", "outage", 500, 30, 100);
        let told = compared(&errors, &run(0, 2000), true);
        assert_eq!(told.count(Change::Regression), 1);
        assert_eq!(told.bad[1].change, Change::Regression);
        assert_eq!(told.exit_code(), 1);
    }

    #[test]
    fn what_can_no_longer_be_compared_is_counted_and_passes_no_gate() {
        // Time-outs on both sides, as many, but now a little more than 1 %.
        let told = compared(&run(12, 990_000), &run(9, 990_000), true);
        assert_eq!((told.outcome, told.exit_code()), (Outcome::Incomplete, 3));
        assert_eq!(told.not_compared, 1);
        let text = table::text(&told);
        assert!(text.starts_with("INCOMPLETE  new"), "{text}");
        assert!(text.contains("? among time-outs"), "{text}");
        assert!(
            text.contains("1 that the baseline knew could not be compared"),
            "{text}"
        );
        let told = compared(&run(12, 990_000), &run(9, 990_000), false);
        assert_eq!(told.exit_code(), 0);
        assert!(table::text(&told).contains("--gate makes it exit code 3"));
    }
}
