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
                console.print(&serde_json::to_string(&plan).context("cannot encode the plan")?);
            }
            Ok(plan) => console.print(&format!("{}: valid: {}", path.display(), words(&plan))),
            Err(mistakes) => {
                console.error(&mistakes.render(console.style().colour));
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
    format!(
        "{} routes, {} phases in {}, {} SLOs, {} rule files, {} dashboards, {} expected alerts",
        plan.load.routes.len(),
        plan.load.phases.len(),
        plan.load.duration(),
        plan.slos.len(),
        plan.rules.len(),
        plan.dashboards.len(),
        plan.alerts.expected.len(),
    )
}
