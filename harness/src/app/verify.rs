//! `sloproof verify`: the judgement again, offline.

use std::path::PathBuf;

use anyhow::Context as _;

use super::judgement::Record;
use super::run_dir::RunDir;
use super::{Console, Failure};
use crate::report::{self, Format};

/// What to verify.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// A run directory.
    pub run: PathBuf,
    /// Print JSON.
    pub json: bool,
}

/// Judges a run directory from its plan, ledger and evidence; writes nothing.
pub fn verify(console: &Console, options: &VerifyOptions) -> Result<u8, Failure> {
    let record = Record::read(&RunDir::open(&options.run)).map_err(Failure::usage)?;
    let document = record.judge();
    let format = if options.json {
        Format::Json
    } else {
        Format::Terminal
    };
    let text =
        report::render(&document, format, console.style()).context("cannot render the report")?;
    console.print(&text)?;
    Ok(document.verdict.exit_code)
}
