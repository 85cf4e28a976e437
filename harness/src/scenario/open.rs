//! From a file to a plan.

use std::path::Path;

use serde_json::Value;

use super::diagnostics::Mistakes;
use super::expand::expand;
use super::files::{self, Files};
use super::lower::{self, Given};
use super::plan::Plan;
use super::review::Review;
use super::spec::ScenarioSpec;
use crate::model::{Diagnostic, yaml};

/// What the command line says instead of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overrides {
    /// Instead of `spec.seed`.
    pub seed: Option<u64>,
    /// Instead of `spec.timeScale`; 0 counts as 1.
    pub time_scale: Option<u32>,
}

/// Reads a scenario and every file it names. `env` answers for the variables of the environment.
///
/// All mistakes are found at once: those of shape, of meaning, and those in the files that the scenario names.
pub fn load(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    overrides: &Overrides,
) -> Result<Plan, Mistakes> {
    let shown = path.display().to_string();
    let mut found = Vec::new();
    match read(path, env, overrides, &mut found) {
        Some(plan) if found.is_empty() => Ok(plan),
        _ => {
            if found.is_empty() {
                found.push(Diagnostic::whole_file(&shown, "no scenario could be read"));
            }
            Err(Mistakes::of(&shown, found))
        }
    }
}

/// The JSON schema of scenario files, for editors.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(ScenarioSpec).to_value();
    unwrap_lines(&mut schema);
    schema
}

/// Descriptions come from comments wrapped at the width of the source; an editor wraps them itself.
fn unwrap_lines(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            fields.values_mut().for_each(unwrap_lines);
        }
        Value::Array(items) => items.iter_mut().for_each(unwrap_lines),
        _ => {}
    }
}

fn read(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    overrides: &Overrides,
    found: &mut Vec<Diagnostic>,
) -> Option<Plan> {
    let source = match files::read(path, path) {
        Ok(source) => source,
        Err(remedy) => {
            let shown = path.display().to_string();
            found.push(remedy.dress(|message| Diagnostic::whole_file(shown, message)));
            return None;
        }
    };
    let mut documents = yaml::parse(&source, found);
    if let Some(second) = documents.get(1) {
        found.push(
            source
                .mistake(second.span, "a file holds one scenario")
                .hint("a file for each situation"),
        );
    }
    let Some(root) = documents.first_mut() else {
        if found.is_empty() {
            found.push(Diagnostic::whole_file(
                &source.file,
                "the scenario is empty",
            ));
        }
        return None;
    };
    expand(&source, root, env, found);
    let shaped = yaml::read::<ScenarioSpec>(&source, root, found)?;
    let mut review = Review {
        source: &source,
        places: &shaped.places,
        found,
    };
    let given = Given {
        files: Files::beside(path),
        overrides: *overrides,
        text: source.text.clone(),
    };
    Some(lower::scenario(&shaped.value, &mut review, given))
}
