//! `sloproof report`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::app::report::Rendering;
use crate::app::report::ReportOptions;

const EXAMPLES: &str = "Examples:
  sloproof report runs/ID                     the summary again
  sloproof report runs/ID --format html > report.html
  sloproof report runs/ID --format markdown >> \"$GITHUB_STEP_SUMMARY\"";

/// Render the report of a run directory
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A run directory, as `sloproof run` made it
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// Which view
    #[arg(long, value_enum, default_value = "terminal", value_name = "VIEW")]
    format: Format,
}

/// Views of a report.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Terminal,
    Json,
    Html,
    Junit,
    Markdown,
}

impl Args {
    pub(super) fn options(self) -> ReportOptions {
        let format = match self.format {
            Format::Terminal => Rendering::Terminal,
            Format::Json => Rendering::Json,
            Format::Html => Rendering::Html,
            Format::Junit => Rendering::Junit,
            Format::Markdown => Rendering::Markdown,
        };
        ReportOptions {
            run: self.run,
            format,
        }
    }
}
