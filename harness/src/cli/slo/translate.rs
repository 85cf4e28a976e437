//! `sloproof slo import` and `sloproof slo export`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::app::slo::export::{self, ExportOptions};
use crate::app::slo::import::{self, Format, ImportOptions};
use crate::app::slo::style::Style;
use crate::app::{Console, Failure};
use crate::model::Millis;

const IMPORT_EXAMPLES: &str = "Examples:
  sloproof slo import sloth.yaml > slo/shop.yaml
  sloproof slo import sloth.yaml --period 28d
  sloproof slo import pyrra.yaml --from pyrra --json";

const EXPORT_EXAMPLES: &str = "Examples:
  sloproof slo export slo/kv.yaml --to sloth > sloth.yaml
  sloproof slo export slo/kv.yaml --to pyrra > pyrra.yaml
  sloproof slo export slo/kv.yaml --to pyrra --json";

/// Write a file of Sloth's or Pyrra's as OpenSLO, and tell what is lost
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(super) struct ImportArgs {
    /// A file of Sloth's `prometheus/v1` or Pyrra's `pyrra.dev/v1alpha1`
    file: PathBuf,
    /// Whose format it is; told from the file unless set
    #[arg(long, value_enum)]
    from: Option<FormatName>,
    /// The period of Sloth's objectives, whose files have none
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = super::length)]
    period: Millis,
    /// Print JSON: the text and what is lost
    #[arg(long)]
    json: bool,
}

/// Write an OpenSLO file in Sloth's or Pyrra's format, and tell what is lost
#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(super) struct ExportArgs {
    /// An OpenSLO v1 file
    file: PathBuf,
    /// Into which format
    #[arg(long, value_enum)]
    to: FormatName,
    /// Print JSON: the text and what is lost
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FormatName {
    Sloth,
    Pyrra,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Sloth => Self::Sloth,
            FormatName::Pyrra => Self::Pyrra,
        }
    }
}

impl From<FormatName> for Style {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Sloth => Self::Sloth,
            FormatName::Pyrra => Self::Pyrra,
        }
    }
}

pub(super) fn import(console: &Console, args: ImportArgs) -> Result<u8, Failure> {
    let options = ImportOptions {
        file: args.file,
        from: args.from.map(Format::from),
        period: args.period,
        json: args.json,
    };
    import::import(console, &options)
}

pub(super) fn export(console: &Console, args: ExportArgs) -> Result<u8, Failure> {
    let options = ExportOptions {
        file: args.file,
        to: args.to.into(),
        json: args.json,
    };
    export::export(console, &options)
}
