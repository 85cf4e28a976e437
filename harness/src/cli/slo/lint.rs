//! `sloproof slo lint`.

use std::path::PathBuf;

use crate::app::slo::lint::{self, LintOptions, Settings};
use crate::app::{Console, Failure};
use crate::model::Millis;

const EXAMPLES: &str = "Examples:
  sloproof slo lint slo/kv.yaml alerts/kv.yaml --retention 31d
  sloproof slo lint slo/kv.yaml --buckets 0.1,0.25,0.5 --json
  sloproof slo lint slo/kv.yaml --allow page-without-owner
  sloproof explain slow-reset                  what a lint means";

/// Find what is wrong with objectives and rules although they can be read
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// OpenSLO v1 files and rule files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Leave out this lint; may be given several times
    #[arg(long, value_name = "LINT")]
    allow: Vec<String>,
    /// How often series are scraped
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = super::length)]
    scrape: Millis,
    /// How long Prometheus keeps samples
    #[arg(long, value_name = "TIME", value_parser = super::length)]
    retention: Option<Millis>,
    /// Bucket bounds of the service's histograms
    #[arg(long, value_name = "BOUNDS", value_delimiter = ',', value_parser = bound)]
    buckets: Vec<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(console: &Console, args: Args) -> Result<u8, Failure> {
    lint::lint(console, &args.options())
}

impl Args {
    fn options(self) -> LintOptions {
        LintOptions {
            files: self.files,
            allow: self.allow,
            settings: Settings {
                scrape: self.scrape,
                retention: self.retention,
                buckets: self.buckets,
            },
            json: self.json,
        }
    }
}

fn bound(text: &str) -> Result<f64, String> {
    let checked = text
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|bound| bound.is_finite());
    checked.ok_or_else(|| "bounds separated by commas, such as 0.1,0.25,0.5".to_owned())
}
