//! `sloproof compare`.

use std::path::PathBuf;

use crate::app::compare::CompareOptions;
use crate::model::Ratio;

const EXAMPLES: &str = "Examples:
  sloproof compare runs/ID runs/BASELINE          told, exit code 0
  sloproof compare runs/ID runs/BASELINE --gate   1 if it is worse
  sloproof compare runs/ID runs/BASELINE --json | jq .rows

A percentile is slower if it is so by more than 5 % of the baseline and by more
than three standard deviations of what it was from second to second. One among
time-outs is told as what it is at least (≥), and is slower if that is.

A route's share of bad outcomes (errors, time-outs, lost connections, not sent)
is worse if it rose by more than 0.1 percentage points, by more than 5 % of the
baseline and by more than three standard errors of the difference.

What the baseline knew and the run does not is counted; at a gate it is exit
code 3. Runs of another scenario, target version or machine are refused with
exit code 3, and so are runs that were not valid.";

/// Hold a run against a baseline: percentiles, and shares of bad outcomes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A run directory, as `sloproof run` or `load` made it
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// The run directory that it is held against
    #[arg(value_name = "BASELINE")]
    baseline: PathBuf,
    /// Exit with 1 if anything is worse, with 3 if it is no longer known
    #[arg(long)]
    gate: bool,
    /// Least tolerance, as a share of the baseline
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    tolerance: Ratio,
    /// Compare although nobody told which version of the service ran
    #[arg(long)]
    allow_unknown_version: bool,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
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
