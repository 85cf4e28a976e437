//! `sloproof compare`: a run against an earlier one, where the two can be compared at all.

mod refusal;
mod rows;
mod table;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::judgement::Record;
use super::run_dir::RunDir;
use super::{Console, Failure};
use crate::gate::exit;
use crate::model::Ratio;
use refusal::{Refusal, refusals};
use rows::{Change, Row, rows};

/// Version of the JSON.
const COMPARISON_SCHEMA_VERSION: u32 = 1;

/// What to compare.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// A run directory.
    pub run: PathBuf,
    /// The run directory that it is held against.
    pub baseline: PathBuf,
    /// Exit with 1 on a regression.
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
    Same,
    Regression,
    Refused,
}

impl Outcome {
    fn title(self) -> &'static str {
        match self {
            Self::Same => "SAME",
            Self::Regression => "SLOWER",
            Self::Refused => "REFUSED",
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
    rows: Vec<Row>,
}

impl Comparison {
    fn of(current: &Record, baseline: &Record, options: &CompareOptions) -> Self {
        let mut refused = refusals(current, baseline, options.allow_unknown_version);
        let mut compared = Vec::new();
        if refused.is_empty() {
            compared = rows(current, baseline, options.tolerance.0);
            refused.extend(nothing_to_compare(&compared));
        }
        let slower = compared.iter().any(|row| row.change == Change::Regression);
        Self {
            schema_version: COMPARISON_SCHEMA_VERSION,
            current: current.manifest.run_id.clone(),
            baseline: baseline.manifest.run_id.clone(),
            outcome: match slower {
                _ if !refused.is_empty() => Outcome::Refused,
                true => Outcome::Regression,
                false => Outcome::Same,
            },
            gate: options.gate,
            refused,
            rows: compared,
        }
    }

    fn sentence(&self) -> String {
        let of = |change| self.rows.iter().filter(|row| row.change == change).count();
        let (slower, faster) = (of(Change::Regression), of(Change::Improvement));
        let known = self.rows.len() - of(Change::Unknown);
        let what = format!(
            "Of {known} percentiles {slower} are slower and {faster} faster than the tolerance allows."
        );
        match (self.outcome, self.gate) {
            (Outcome::Regression, false) => {
                format!("{what} Told only; --gate makes it exit code 1.")
            }
            _ => what,
        }
    }

    fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Refused => exit::INVALID,
            Outcome::Regression if self.gate => exit::FAIL,
            Outcome::Regression | Outcome::Same => exit::PASS,
        }
    }
}

/// Without one percentile on both sides there is no comparison, and that is not the same as no difference.
fn nothing_to_compare(rows: &[Row]) -> Option<Refusal> {
    let known = |pick: fn(&Row) -> Option<f64>| {
        let n = rows.iter().filter(|row| pick(row).is_some()).count();
        format!("{n} of {} percentiles", rows.len())
    };
    let none = rows.iter().all(|row| row.change == Change::Unknown);
    none.then(|| Refusal {
        about: "samples",
        current: known(|row| row.current_ms),
        baseline: known(|row| row.baseline_ms),
        remedy: "measure longer: a percentile p takes 10/(1−p) samples, 200 for p95".to_owned(),
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
