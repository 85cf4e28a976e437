//! `sloproof slo`: what objectives allow, and what their alerts must do.

pub mod compile;
pub mod explain;
mod plot;
pub mod simulate;
mod words;

use std::path::Path;

use anyhow::Context as _;

use super::{Console, Failure};
use crate::model::{Source, nearest};
use crate::scenario::Mistakes;
use crate::slo::{Objective, Slo, openslo};

/// All SLOs of a file. Mistakes of the file are told, and then there is no result; so is what is read and not compiled.
fn slos(console: &Console, file: &Path) -> Result<Option<Vec<Slo>>, Failure> {
    let source = source(file)?;
    let mut found = Vec::new();
    let documents = openslo::File::read(&source, &mut found);
    let compilable = documents.slos.iter();
    let slos: Vec<Slo> = compilable
        .filter_map(|slo| openslo::lower(slo, &source, &mut found))
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
fn source(file: &Path) -> Result<Source, Failure> {
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
