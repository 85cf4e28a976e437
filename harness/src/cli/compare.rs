//! `sloproof compare`.

use std::path::PathBuf;

use crate::app::compare::CompareOptions;

const EXAMPLES: &str = "Examples:
  sloproof compare runs/ID runs/BASELINE          told, exit code 0
  sloproof compare runs/ID runs/BASELINE --gate   1 if it is slower
  sloproof compare runs/ID runs/BASELINE --json | jq .rows

A percentile is slower if it is so by more than 5 % of the baseline and by more
than three standard deviations of what it was from second to second. Runs of
another scenario, target version or machine are refused with exit code 3, and so
are runs that were not valid.";

/// Hold a run against a baseline, percentile by percentile
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A run directory, as `sloproof run` or `load` made it
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// The run directory that it is held against
    #[arg(value_name = "BASELINE")]
    baseline: PathBuf,
    /// Exit with 1 if anything is slower
    #[arg(long)]
    gate: bool,
    /// Least tolerance, in percent of the baseline
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0, value_parser = percent)]
    tolerance: f64,
    /// Compare although nobody told which version of the service ran
    #[arg(long)]
    allow_unknown_version: bool,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(percent) if (0.0..=1000.0).contains(&percent) => Ok(percent),
        _ => Err("not a percentage from 0 to 1000, such as 5 or 7.5%".to_owned()),
    }
}

impl Args {
    pub(super) fn options(self) -> CompareOptions {
        CompareOptions {
            run: self.run,
            baseline: self.baseline,
            gate: self.gate,
            tolerance: self.tolerance,
            allow_unknown_version: self.allow_unknown_version,
            json: self.json,
        }
    }
}
