//! `sloproof check`: scenarios and all they name.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{Console, Failure, PASS};
use crate::gate::exit;
use crate::scenario::{self, Overrides, Plan};

/// What to check.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Scenario files.
    pub scenarios: Vec<PathBuf>,
    /// Print the plans.
    pub json: bool,
}

/// Checks every file and says so; the exit code tells whether all are valid.
pub fn check(console: &Console, options: &CheckOptions) -> Result<u8, Failure> {
    let mut code = PASS;
    for path in &options.scenarios {
        match scenario::load(path, &environment, &Overrides::default()) {
            Ok(plan) if options.json => {
                console.print(&serde_json::to_string(&plan).context("cannot encode the plan")?)?;
            }
            Ok(plan) => {
                console.print(&format!("{}: valid: {}", path.display(), words(&plan)))?;
            }
            Err(mistakes) => {
                console.mistakes(&mistakes);
                code = exit::USAGE;
            }
        }
    }
    Ok(code)
}

/// The process environment, as `${VAR}` in scenarios sees it.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn words(plan: &Plan) -> String {
    [
        count(plan.load.routes.len(), "route"),
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
