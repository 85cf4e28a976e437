//! `sloproof run`.

use std::path::PathBuf;

use crate::app::run::RunOptions;

const EXAMPLES: &str = "Examples:
  sloproof run scenarios/10-healthy.yaml
  sloproof run scenarios/20-error-burst.yaml --out /var/tmp/runs --seed 7
  PROMETHEUS_URL=http://prometheus:9090 sloproof run mine.yaml --json > out.json

A scenario that names no servers uses the stack that runs (`sloproof stack up`),
or gets one of its own, which is stopped at the end.";

/// Drive a scenario's load, collect the evidence, judge, and write the reports
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The scenario file
    scenario: PathBuf,
    #[command(flatten)]
    out: super::out::Out,
    /// Print report.json on standard output instead of the summary
    #[arg(long)]
    json: bool,
    /// Use this seed, not the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Divide production's windows by this, not by the scenario's
    #[arg(long, value_name = "K")]
    time_scale: Option<u32>,
    #[command(flatten)]
    tools: super::stack::ToolArgs,
    #[command(flatten)]
    target: super::stack::TargetArg,
}

impl Args {
    pub(super) fn options(self) -> RunOptions {
        RunOptions {
            scenario: self.scenario,
            seed: self.seed,
            time_scale: self.time_scale,
            out: self.out.out,
            json: self.json,
            tools: self.tools.paths(self.target),
        }
    }
}
