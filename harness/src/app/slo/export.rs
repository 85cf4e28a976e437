//! `sloproof slo export`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::import::Format;
use super::losses;
use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::slo::exchange::{pyrra, sloth, stream};

/// What to export.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// An OpenSLO file.
    pub file: PathBuf,
    /// Into which format.
    pub to: Format,
    /// Print JSON.
    pub json: bool,
}

/// Writes the other format to standard output and tells what it cannot say.
pub fn export(console: &Console, options: &ExportOptions) -> Result<u8, Failure> {
    let Some(documents) = super::documents(console, &options.file)? else {
        return Ok(exit::USAGE);
    };
    let pairs: Vec<_> = documents
        .iter()
        .map(|(document, slo)| (document, slo))
        .collect();
    let (text, losses) = match options.to {
        Format::Sloth => {
            let made = sloth::export(&pairs);
            (stream(&made.written), made.losses)
        }
        Format::Pyrra => {
            let made = pyrra::export(&pairs);
            (stream(&made.written), made.losses)
        }
    };
    let text = text.context("cannot encode")?;
    if options.json {
        losses::print_json(console, &text, &losses)?;
    } else {
        losses::tell(console, &losses);
        console.print(&text)?;
    }
    Ok(PASS)
}
