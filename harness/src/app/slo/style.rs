//! `sloproof slo compile --style`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::losses;
use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
pub use crate::slo::compile::style::Style;
use crate::slo::compile::style::foreign;

/// What to compile as another tool would.
#[derive(Debug, Clone)]
pub struct StyleOptions {
    /// An OpenSLO file.
    pub file: PathBuf,
    /// The tool.
    pub style: Style,
    /// Where the rules go; standard output when `None`.
    pub output: Option<PathBuf>,
}

/// Writes the rules that the tool would make of the same objectives, and tells what it cannot say.
pub fn compile(console: &Console, options: &StyleOptions) -> Result<u8, Failure> {
    let Some(documents) = super::documents(console, &options.file)? else {
        return Ok(exit::USAGE);
    };
    let source = options.file.display().to_string();
    let pairs: Vec<_> = documents
        .iter()
        .map(|(document, slo)| (document, slo))
        .collect();
    let made = foreign(options.style, &pairs, &source).context("cannot encode")?;
    losses::tell(console, &made.losses);
    match &options.output {
        None => console.print(&made.written)?,
        Some(path) => {
            std::fs::write(path, &made.written)
                .with_context(|| format!("cannot write {}", path.display()))
                .map_err(Failure::usage)?;
            console.say(&format!(
                "{} SLOs compiled to {}",
                pairs.len(),
                path.display()
            ));
        }
    }
    Ok(PASS)
}
