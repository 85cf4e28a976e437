//! `sloproof slo compile`.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::slo::compile;
pub use crate::slo::compile::Options;

/// What to compile.
#[derive(Debug, Clone)]
pub struct CompileOptions {
    /// An OpenSLO file.
    pub file: PathBuf,
    /// How to compile.
    pub options: Options,
    /// What to do with the rules.
    pub to: Target,
}

/// Where rules go.
#[derive(Debug, Clone)]
pub enum Target {
    /// Standard output.
    Output,
    /// A file.
    File(PathBuf),
    /// Nowhere: this file must hold them already.
    Check(PathBuf),
}

/// Compiles every SLO of a file into Prometheus rules.
pub fn compile(console: &Console, options: &CompileOptions) -> Result<u8, Failure> {
    let Some(slos) = super::slos(console, &options.file)? else {
        return Ok(exit::USAGE);
    };
    let source = options.file.display().to_string();
    let text = compile::compile(&slos, &source, &options.options)
        .with_context(|| format!("cannot compile {source}"))
        .map_err(Failure::usage)?;
    match &options.to {
        Target::Output => console.print(&text)?,
        Target::File(path) => {
            std::fs::write(path, text)
                .with_context(|| format!("cannot write {}", path.display()))
                .map_err(Failure::usage)?;
            console.say(&format!(
                "{} SLOs compiled to {}",
                slos.len(),
                path.display()
            ));
        }
        Target::Check(path) => {
            let found = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))
                .map_err(Failure::usage)?;
            if let Some(line) = first_difference(&text, &found) {
                console.error(&format!(
                    "{} is out of date from line {line} on; compile again with --output {}",
                    path.display(),
                    path.display()
                ));
                return Ok(exit::FAIL);
            }
            console.say(&format!("{} is up to date", path.display()));
        }
    }
    Ok(PASS)
}

/// Number of the first line that differs.
fn first_difference(expected: &str, found: &str) -> Option<usize> {
    if expected == found {
        return None;
    }
    let mut pairs = expected.lines().zip(found.lines());
    let same = pairs.position(|(expected, found)| expected != found);
    Some(same.unwrap_or(expected.lines().count().min(found.lines().count())) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_told() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\nb\n", "a\n"), Some(2));
        assert_eq!(first_difference("a\n", "a"), Some(2));
    }
}
