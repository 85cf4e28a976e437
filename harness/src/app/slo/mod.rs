//! `sloproof slo`: what objectives allow, and what their alerts must do.

pub mod compile;
pub mod explain;
pub mod export;
pub mod import;
pub mod lint;
mod losses;
mod plot;
pub mod simulate;
pub mod style;
mod words;

use std::path::Path;

use anyhow::Context as _;

use super::{Console, Failure};
use crate::model::{Source, nearest};
use crate::scenario::Mistakes;
use crate::slo::openslo::SloDocument;
use crate::slo::{Objective, Slo, openslo};

/// All SLOs of a file; see [`documents()`].
fn slos(console: &Console, file: &Path) -> Result<Option<Vec<Slo>>, Failure> {
    let documents = documents(console, file)?;
    Ok(documents.map(|pairs| pairs.into_iter().map(|(_, slo)| slo).collect()))
}

/// All SLOs of a file as written and as compiled. Mistakes of the file are told, and then there is no result; so is what
/// is read and cannot be compiled.
fn documents(console: &Console, file: &Path) -> Result<Option<Vec<(SloDocument, Slo)>>, Failure> {
    let source = source(file)?;
    let mut found = Vec::new();
    let documents = openslo::File::read(&source, &mut found);
    let slos: Vec<(SloDocument, Slo)> = documents
        .slos
        .iter()
        .filter_map(|document| {
            let slo = openslo::lower(document, &source, &mut found)?;
            Some((document.clone(), slo))
        })
        .collect();
    console.warnings(&documents.notices);
    for slo in &documents.slos {
        console.warnings(&openslo::unsaid(slo, &source));
    }
    if !found.is_empty() {
        console.mistakes(&Mistakes::of(&source.file, found));
        return Ok(None);
    }
    Ok(Some(slos))
}

/// A file's text under its name.
pub(super) fn source(file: &Path) -> Result<Source, Failure> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {}", file.display()))
        .map_err(Failure::usage)?;
    Ok(Source {
        file: file.display().to_string(),
        text,
    })
}

/// The objectives of a file, or the one of this name; see [`slos()`].
fn objectives(
    console: &Console,
    file: &Path,
    only: Option<&str>,
) -> Result<Option<Vec<Objective>>, Failure> {
    let Some(slos) = slos(console, file)? else {
        return Ok(None);
    };
    let mut objectives: Vec<Objective> = slos.into_iter().map(|slo| slo.objective).collect();
    if let Some(name) = only {
        let known: Vec<String> = objectives.iter().map(|o| o.name.clone()).collect();
        objectives.retain(|objective| objective.name == name);
        if objectives.is_empty() {
            let remedy = match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", known.join(", ")),
            };
            return Err(Failure::usage(anyhow::anyhow!(
                "no SLO `{name}` in {}; {remedy}",
                file.display()
            )));
        }
    }
    Ok(Some(objectives))
}
