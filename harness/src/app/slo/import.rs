//! `sloproof slo import`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::losses;
use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::model::{Millis, Source};
use crate::scenario::Mistakes;
use crate::slo::exchange::{openslo_text, pyrra, sloth};

/// Whose format a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Sloth's `prometheus/v1`.
    Sloth,
    /// Pyrra's `pyrra.dev/v1alpha1`.
    Pyrra,
}

/// What to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The file.
    pub file: PathBuf,
    /// Its format; `None`: what its first lines say.
    pub from: Option<Format>,
    /// The period, for Sloth, whose files have none.
    pub period: Millis,
    /// Print JSON.
    pub json: bool,
}

/// Writes OpenSLO to standard output and tells what it cannot say.
pub fn import(console: &Console, options: &ImportOptions) -> Result<u8, Failure> {
    let source = super::source(&options.file)?;
    let format = options.from.unwrap_or_else(|| guess(&source));
    let mut found = Vec::new();
    let imported = match format {
        Format::Sloth => sloth::import(&sloth::read(&source, &mut found), options.period),
        Format::Pyrra => pyrra::import(&pyrra::read(&source, &mut found)),
    };
    if !found.is_empty() {
        console.mistakes(&Mistakes::of(&source.file, found));
        return Ok(exit::USAGE);
    }
    let text = openslo_text(&imported.written).context("cannot encode")?;
    if options.json {
        losses::print_json(console, &text, &imported.losses)?;
    } else {
        losses::tell(console, &imported.losses);
        console.print(&text)?;
    }
    Ok(PASS)
}

fn guess(source: &Source) -> Format {
    if source.text.contains("pyrra.dev/") {
        Format::Pyrra
    } else {
        Format::Sloth
    }
}
