//! Composes the report document from plan, ledger, evidence and verdict.

mod chain;
mod evidence;
mod instrument;
mod objectives;
pub(super) mod percentiles;
mod routes;
mod timeline;

use super::manifest::Manifest;
use crate::gate::exit;
use crate::model::Verdict;
use crate::report::Document;
use crate::report::document::{EnvironmentInfo, REPORT_SCHEMA_VERSION, ScenarioInfo, VerdictInfo};
use crate::verify::Case;

/// The whole report of a judged case. Pure: the same input gives the same document, byte for byte.
pub(super) fn compose(case: &Case<'_>, manifest: &Manifest, verdict: Verdict) -> Document {
    let plan = case.plan;
    Document {
        schema_version: REPORT_SCHEMA_VERSION,
        sloproof_version: manifest.sloproof_version.clone(),
        run_id: manifest.run_id.clone(),
        scenario: ScenarioInfo {
            name: plan.name.clone(),
            purpose: plan.purpose.clone(),
            file: plan.file.clone(),
            text: plan.text.clone(),
            seed: plan.load.seed,
            time_scale: plan.time_scale,
            command: manifest.command.clone(),
        },
        verdict: VerdictInfo::new(
            &verdict,
            exit::code(verdict.outcome, case.timeline.interrupted),
        ),
        chain: chain::hops(&verdict),
        hops: chain::rows(&verdict),
        routes: routes::routes(case),
        objectives: objectives::objectives(case),
        timeline: timeline::timeline(case),
        evidence: evidence::evidence(case.evidence),
        instrument: instrument::instrument(case),
        environment: EnvironmentInfo {
            servers: manifest.servers.clone(),
            cpus: manifest.cpus,
            platform: manifest.platform.clone(),
        },
        findings: verdict.findings,
    }
}
