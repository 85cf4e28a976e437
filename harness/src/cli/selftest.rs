//! `sloproof selftest`.

use std::path::PathBuf;

use crate::app::selftest::SelftestOptions;

const EXAMPLES: &str = "Examples:
  sloproof selftest            14 s: pacing, a known latency, a stall of 2 s
  sloproof selftest --quick    5 s: a shorter stall
  sloproof selftest --json     for a script; exit code 3 means unfit";

/// See whether this machine can measure: known servers, closed-form truth
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A shorter stall
    #[arg(long)]
    quick: bool,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Draw the stall by percentile into this file, as SVG
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

impl Args {
    pub(super) fn options(self) -> SelftestOptions {
        SelftestOptions {
            quick: self.quick,
            json: self.json,
            picture: self.picture,
        }
    }
}
