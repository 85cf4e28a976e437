//! `sloproof check`.

use std::path::PathBuf;

use crate::app::check::CheckOptions;

const EXAMPLES: &str = "Examples:
  sloproof check mine.yaml             every mistake at once, with its place and remedy
  sloproof check scenarios/*.yaml      many files; exit code 2 if any has a mistake
  sloproof check mine.yaml --json      the plan, everything filled in and scaled";

/// Check scenarios and all they name; nothing is started
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Scenario files
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// Print the checked plans as JSON, one document a line
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn options(self) -> CheckOptions {
        CheckOptions {
            scenarios: self.scenarios,
            json: self.json,
        }
    }
}
