//! `sloproof report`: a view of a report that was written before.

use std::path::PathBuf;

use anyhow::Context as _;

use super::run_dir::RunDir;
use super::{Console, Failure, PASS};
use crate::report::document::REPORT_SCHEMA_VERSION;
use crate::report::{self, Document, Format};

pub use crate::report::Format as Rendering;

/// What to render.
#[derive(Debug, Clone)]
pub struct ReportOptions {
    /// A run directory.
    pub run: PathBuf,
    /// Which view.
    pub format: Format,
}

/// Renders `report.json` of a run directory; judges nothing.
pub fn report(console: &Console, options: &ReportOptions) -> Result<u8, Failure> {
    let document: Document = RunDir::open(&options.run)
        .read_json("report.json", REPORT_SCHEMA_VERSION)
        .map_err(Failure::usage)?;
    let text = report::render(&document, options.format, console.style())
        .context("cannot render the report")?;
    console.print(&text)?;
    Ok(PASS)
}
