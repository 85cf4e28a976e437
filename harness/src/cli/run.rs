//! `sloproof run`.

use std::path::PathBuf;

use crate::app::run::RunOptions;

const EXAMPLES: &str = "Examples:
  sloproof run scenarios/10-healthy.yaml
  sloproof run scenarios/20-error-burst.yaml --seed 7 --out /var/tmp/runs
  PROMETHEUS_URL=http://prometheus.test:9090 sloproof run mine.yaml --json > report.json

Without a running stack (`sloproof stack up`) a scenario that names no servers gets one of its own, which is
stopped at the end.";

/// Drive a scenario's load, collect the evidence, judge, and write the reports
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Use this time scale instead of the scenario's: production's windows are divided by it
    #[arg(long, value_name = "K")]
    time_scale: Option<u32>,
    /// Where run directories are made
    #[arg(
        long,
        value_name = "DIR",
        default_value = "runs",
        env = "SLOPROOF_RUNS"
    )]
    out: PathBuf,
    /// Print report.json on standard output instead of the summary
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    tools: super::stack::ToolArgs,
}

impl Args {
    pub(super) fn options(self) -> RunOptions {
        RunOptions {
            scenario: self.scenario,
            seed: self.seed,
            time_scale: self.time_scale,
            out: self.out,
            json: self.json,
            tools: self.tools.paths(),
        }
    }
}
