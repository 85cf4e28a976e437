//! `sloproof slo compile`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::model::Source;
use crate::scenario::Mistakes;
pub use crate::slo::compile::Options;
use crate::slo::compile::{self, dashboard, document, loki};
use crate::slo::{Slo, Tiers, tiers};

/// What to compile.
#[derive(Debug, Clone)]
pub struct CompileOptions {
    /// An OpenSLO file.
    pub file: PathBuf,
    /// A file of tiers.
    pub tiers: Option<PathBuf>,
    /// How to compile; its tiers are those of the file above.
    pub options: Options,
    /// The rules' file; without any output at all they are printed.
    pub rules: Option<PathBuf>,
    /// The file of rules for Loki's ruler, of SLOs that count log lines.
    pub loki: Option<PathBuf>,
    /// Documents with marked places for tables.
    pub documents: Vec<PathBuf>,
    /// Dashboards with panels that ask for queries.
    pub dashboards: Vec<PathBuf>,
    /// Write nothing, and fail unless every output is up to date.
    pub check: bool,
}

impl CompileOptions {
    fn writes_nothing(&self) -> bool {
        self.rules.is_none()
            && self.loki.is_none()
            && self.documents.is_empty()
            && self.dashboards.is_empty()
    }
}

/// Compiles every SLO of a file into rules, tables and panels.
pub fn compile(console: &Console, options: &CompileOptions) -> Result<u8, Failure> {
    if options.check && options.writes_nothing() {
        return Err(Failure::usage(anyhow::anyhow!(
            "--check needs an output to look at: --output, --loki, --document or --dashboard"
        )));
    }
    let Some(slos) = super::slos(console, &options.file)? else {
        return Ok(exit::USAGE);
    };
    let Some(tiers) = tiers_of(console, options.tiers.as_deref())? else {
        return Ok(exit::USAGE);
    };
    let settings = Options {
        tiers,
        ..options.options.clone()
    };
    // All are made before one is written, so that a mistake leaves all of them as they were.
    let outputs = outputs(&slos, options, &settings).map_err(Failure::usage)?;
    let mut stale = 0;
    for output in &outputs {
        let Some(path) = &output.path else {
            console.print(&output.text)?;
            continue;
        };
        let shown = path.display();
        let found = match std::fs::read_to_string(path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                let error = anyhow::Error::new(error).context(format!("cannot read {shown}"));
                return Err(Failure::usage(error));
            }
        };
        let line = match &found {
            Some(found) => first_difference(&output.text, found),
            None => Some(1),
        };
        match line {
            None => console.say(&format!("{shown} is up to date")),
            Some(line) if options.check => {
                stale += 1;
                console.error(&match &found {
                    Some(_) => format!(
                        "{shown} is out of date from line {line} on; compile again without --check"
                    ),
                    None => format!("{shown} is missing; compile again without --check"),
                });
            }
            Some(_) => {
                std::fs::write(path, &output.text)
                    .with_context(|| format!("cannot write {shown}"))
                    .map_err(Failure::usage)?;
                console.say(&format!("{shown} is written"));
            }
        }
    }
    Ok(if stale == 0 { PASS } else { exit::FAIL })
}

/// The tiers of a file, or the workbook's; nothing if the file has mistakes, which are told.
pub(super) fn tiers_of(console: &Console, file: Option<&Path>) -> Result<Option<Tiers>, Failure> {
    let Some(file) = file else {
        return Ok(Some(Tiers::default()));
    };
    let source = Source {
        file: file.display().to_string(),
        text: read(file).map_err(Failure::usage)?,
    };
    let mut found = Vec::new();
    let tiers = tiers::read(&source, &mut found);
    if found.is_empty() {
        return Ok(Some(tiers));
    }
    console.mistakes(&Mistakes::of(&source.file, found));
    Ok(None)
}

/// One thing that is compiled, and where it goes.
struct Output {
    /// `None`: standard output.
    path: Option<PathBuf>,
    text: String,
}

fn outputs(
    slos: &[Slo],
    options: &CompileOptions,
    settings: &Options,
) -> anyhow::Result<Vec<Output>> {
    let source = options.file.display().to_string();
    let mut outputs = Vec::new();
    if options.rules.is_some() || options.writes_nothing() {
        let text = compile::compile(slos, &source, settings)
            .with_context(|| format!("cannot compile {source}"))?;
        let path = options.rules.clone();
        outputs.push(Output { path, text });
    }
    let of_logs = |slo: &&Slo| loki::counts_logs(&slo.indicator);
    match (&options.loki, slos.iter().find(of_logs)) {
        (Some(path), _) => {
            let text = loki::compile(slos, &source, settings)
                .with_context(|| format!("cannot compile {source}"))?;
            let path = Some(path.clone());
            outputs.push(Output { path, text });
        }
        (None, Some(slo)) => anyhow::bail!(
            "SLO `{}` in {source} counts log lines; say where its rules for Loki go: --loki FILE",
            slo.objective.name
        ),
        (None, None) => {}
    }
    for path in &options.documents {
        let text = document::fill(&read(path)?, slos, settings)
            .with_context(|| format!("cannot fill {}", path.display()))?;
        let path = Some(path.clone());
        outputs.push(Output { path, text });
    }
    for path in &options.dashboards {
        let text = dashboard::fill(&read(path)?, slos, settings)
            .with_context(|| format!("cannot fill {}", path.display()))?;
        let path = Some(path.clone());
        outputs.push(Output { path, text });
    }
    Ok(outputs)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
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
