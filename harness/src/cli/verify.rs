//! `sloproof verify`.

use std::path::PathBuf;

use crate::app::verify::VerifyOptions;

const EXAMPLES: &str = "Examples:
  sloproof verify runs/ID
  sloproof verify copied-from-ci/ID      needs no server, works on any machine
  sloproof verify runs/ID --json | jq '.findings[] | select(.status == \"fail\")'";

/// Judge a run directory again, offline: same input, same findings
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A run directory, as `sloproof run` made it
    #[arg(value_name = "DIR")]
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
