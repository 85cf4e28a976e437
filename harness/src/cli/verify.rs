//! `sloproof verify`.

use std::path::PathBuf;

use crate::app::verify::VerifyOptions;

const EXAMPLES: &str = "Examples:
  sloproof verify runs/20-error-burst-2026-11-21T08-12-04Z
  sloproof verify runs/ID --json | jq '.findings[] | select(.status == \"fail\")'
  sloproof verify copied-from-ci/ID      works without any server, on any machine";

/// Judge a run directory again, offline: same input, same findings
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A run directory
    run: PathBuf,
    /// Print report.json on standard output instead of the summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn options(self) -> VerifyOptions {
        VerifyOptions {
            run: self.run,
            json: self.json,
        }
    }
}
