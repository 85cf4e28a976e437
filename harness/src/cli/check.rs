//! `sloproof check`.

use std::path::PathBuf;

use crate::app::check::CheckOptions;

const EXAMPLES: &str = "Examples:
  sloproof check scenarios/20-error-burst.yaml
  sloproof check scenarios/*.yaml
  sloproof check mine.yaml --json      the checked plan, with everything filled in and scaled";

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
