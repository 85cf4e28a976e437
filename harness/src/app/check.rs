//! `sloproof check`: scenarios and all they name.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;

use super::slo::lint::{Files, Settings};
use super::{Console, Failure, PASS};
use crate::gate::exit;
use crate::model::{Diagnostic, Engine, Source};
use crate::scenario::{self, Overrides, Plan};
use crate::slo::lint as lints;

/// What to check.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Scenario files.
    pub scenarios: Vec<PathBuf>,
    /// Print the plans.
    pub json: bool,
}

/// Checks every file and says so; the exit code tells whether all are valid. What lints find is told and changes nothing.
pub fn check(console: &Console, options: &CheckOptions) -> Result<u8, Failure> {
    let mut code = PASS;
    let mut shipped = BTreeSet::new();
    for path in &options.scenarios {
        match scenario::load(path, &environment, &Overrides::default()) {
            Ok(plan) if options.json => {
                console.print(&serde_json::to_string(&plan).context("cannot encode the plan")?)?;
            }
            Ok(plan) => {
                shipped.extend(named(path, &plan));
                console.print(&format!("{}: valid: {}", path.display(), words(&plan)))?;
            }
            Err(mistakes) => {
                console.mistakes(&mistakes);
                code = exit::USAGE;
            }
        }
    }
    lint(console, &shipped)?;
    Ok(code)
}

/// The files of objectives and rules that a scenario names, from its folder.
fn named(scenario: &Path, plan: &Plan) -> Vec<PathBuf> {
    let folder = scenario.parent().unwrap_or(Path::new(""));
    let rules = plan
        .rules
        .iter()
        .filter(|file| file.engine == Engine::Prometheus);
    let slos = plan.slos.iter().map(|slo| &slo.file);
    let files = rules.map(|file| &file.file).chain(slos);
    files.map(|file| tidy(&folder.join(file))).collect()
}

/// `a/b/../c` as `a/c`, so that one file has one name.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        let up = part == Component::ParentDir;
        if !(up
            && matches!(tidy.components().next_back(), Some(Component::Normal(_)))
            && tidy.pop())
        {
            tidy.push(part);
        }
    }
    tidy
}

fn lint(console: &Console, files: &BTreeSet<PathBuf>) -> Result<(), Failure> {
    let sources = files.iter().map(|file| super::slo::source(file));
    let sources = sources.collect::<Result<Vec<Source>, Failure>>()?;
    // They were read without mistakes just now.
    let files = Files::read(sources, &mut Vec::new());
    let findings = lints::lint(&files.subject(&Settings::default()), &[]);
    let told: Vec<Diagnostic> = findings.into_iter().map(|f| f.diagnostic).collect();
    console.warnings(&told);
    Ok(())
}

/// The process environment, as `${VAR}` in scenarios sees it.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn words(plan: &Plan) -> String {
    let journeys = match plan.load.journeys.len() {
        0 => String::new(),
        n => format!(" ({} among them)", count(n, "journey")),
    };
    [
        format!("{}{journeys}", count(plan.load.routes.len(), "route")),
        format!(
            "{} in {}",
            count(plan.load.phases.len(), "phase"),
            plan.load.duration()
        ),
        count(plan.slos.len(), "SLO"),
        count(plan.rules.len(), "rule file"),
        count(plan.dashboards.len(), "dashboard"),
        count(plan.alerts.expected.len(), "expected alert"),
    ]
    .join(", ")
}

fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
