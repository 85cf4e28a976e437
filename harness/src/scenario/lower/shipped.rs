//! Rule files and dashboards, as a team ships them.

use super::signals::needs;
use crate::dashboards;
use crate::model::Engine;
use crate::model::yaml::Path;
use crate::rules::{self, parse::Reading};
use crate::scenario::files::Files;
use crate::scenario::plan::{DashboardPlan, RuleFile, TelemetryPlan};
use crate::scenario::review::Review;
use crate::scenario::spec::{DashboardSpec, RulesSpec};

/// The files, scaled, and whether every one of them could be read, so that a name not found in them is not there.
pub(super) fn rules(
    spec: &RulesSpec,
    time_scale: u32,
    telemetry: &TelemetryPlan,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> (Vec<RuleFile>, bool) {
    let before = review.found.len();
    let mut out = Vec::new();
    for (engine, names) in [
        (Engine::Prometheus, &spec.prometheus),
        (Engine::Loki, &spec.loki),
    ] {
        let path = path.at(engine);
        if !names.is_empty() {
            needs(engine, telemetry, &path, review);
        }
        let places: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(i, name)| (name, path.at(i)))
            .collect();
        review.doubles("rule file", &places);
        let reading = Reading {
            engine,
            time_scale,
            scrape_interval: telemetry.scrape_interval,
        };
        for (name, path) in places {
            match files.read(name) {
                Ok(source) => {
                    let document = rules::parse(&source, reading, review.found);
                    out.extend(document.map(|d| RuleFile {
                        file: name.clone(),
                        engine,
                        text: d.text,
                        groups: d.groups,
                    }));
                }
                Err(remedy) => review.report_part(&path, name, remedy),
            }
        }
    }
    let complete = review.found.len() == before && !review.places.is_broken_below(path);
    (out, complete)
}

pub(super) fn dashboards(
    specs: &[DashboardSpec],
    telemetry: &TelemetryPlan,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> Vec<DashboardPlan> {
    let names: Vec<_> = specs
        .iter()
        .enumerate()
        .map(|(i, spec)| (&spec.file, path.at(i).at("file")))
        .collect();
    review.doubles("dashboard", &names);
    specs
        .iter()
        .enumerate()
        .filter_map(|(i, spec)| dashboard(spec, telemetry, files, &path.at(i), review))
        .collect()
}

fn dashboard(
    spec: &DashboardSpec,
    telemetry: &TelemetryPlan,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<DashboardPlan> {
    let source = match files.read(&spec.file) {
        Ok(source) => source,
        Err(remedy) => {
            review.report_part(&path.at("file"), &spec.file, remedy);
            return None;
        }
    };
    let dashboard = dashboards::parse(&source, review.found)?;
    let known: Vec<&str> = dashboard
        .variables
        .iter()
        .map(|v| v.name.as_str())
        .collect();
    for (name, values) in &spec.variables {
        let path = path.at("variables").at(name);
        if !known.contains(&name.as_str()) {
            let message = format!("dashboard `{}` has no variable `{name}`", dashboard.title);
            review.unknown(&path, &message, name, &known);
        } else if values.is_empty() {
            review.report(&path, format!("variable `{name}` has no value"), |d| {
                d.hint("[\".*\"]")
            });
        }
    }
    for engine in [Engine::Prometheus, Engine::Loki] {
        let asked = dashboard
            .panels
            .iter()
            .flat_map(|p| &p.queries)
            .any(|q| q.engine == engine);
        if asked {
            needs(engine, telemetry, &path.at("file"), review);
        }
    }
    Some(DashboardPlan {
        file: spec.file.clone(),
        dashboard,
        variables: spec.variables.clone(),
    })
}
