//! Objectives: the SLO documents and the ledger's view of them.

use std::collections::BTreeMap;

use super::faults::find;
use super::signals::needs;
use crate::model::yaml::Path;
use crate::model::{Engine, RouteId};
use crate::scenario::files::Files;
use crate::scenario::plan::{BadEvents, ObjectiveExpectation, SloPlan, TelemetryPlan};
use crate::scenario::review::Review;
use crate::scenario::spec::{BadSpec, BodySpec, ExpectSpec, SloSpec};
use crate::slo::{Objective, openslo};

/// What a file holds; `None` when it could not be read in full.
type Documents = BTreeMap<String, (Vec<Objective>, bool)>;

pub(super) fn slos(
    body: &BodySpec,
    telemetry: &TelemetryPlan,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> Vec<SloPlan> {
    let names: Vec<_> = body
        .slos
        .iter()
        .enumerate()
        .map(|(i, slo)| (&slo.name, path.at(i).at("name")))
        .collect();
    review.doubles("SLO", &names);
    let mut documents = Documents::new();
    body.slos
        .iter()
        .enumerate()
        .filter_map(|(i, spec)| {
            let path = path.at(i);
            if spec.remaining.is_some() {
                needs(Engine::Prometheus, telemetry, &path.at("remaining"), review);
            }
            slo(spec, body, files, &mut documents, &path, review)
        })
        .collect()
}

fn slo(
    spec: &SloSpec,
    body: &BodySpec,
    files: &Files,
    documents: &mut Documents,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<SloPlan> {
    let bad = match &spec.bad {
        BadSpec::Status(text) => {
            let (from, to) = review.statuses(&path.at("bad").at("status"), text);
            BadEvents::Status { from, to }
        }
        BadSpec::SlowerThan(text) => BadEvents::SlowerThan {
            bound: review.length(&path.at("bad").at("slowerThan"), text),
        },
    };
    let routes = spec
        .routes
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            let route = find(&body.load, name, &path.at("routes").at(i), review)?;
            RouteId::new(&route.name).ok()
        })
        .collect();
    if spec.remaining.as_ref().is_some_and(|q| q.trim().is_empty()) {
        review.report(&path.at("remaining"), "an empty query", |d| d);
    }
    let objective = objective(spec, files, documents, path, review)?;
    Some(SloPlan {
        file: spec.file.clone(),
        objective,
        bad,
        routes,
        remaining: spec.remaining.as_ref().map(|q| q.trim().to_owned()),
        expect: match spec.expect {
            ExpectSpec::Met => ObjectiveExpectation::Met,
            ExpectSpec::Missed => ObjectiveExpectation::Missed,
            ExpectSpec::Any => ObjectiveExpectation::Any,
        },
    })
}

fn objective(
    spec: &SloSpec,
    files: &Files,
    documents: &mut Documents,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<Objective> {
    if !documents.contains_key(&spec.file) {
        let read = match files.read(&spec.file) {
            Ok(source) => {
                let before = review.found.len();
                let objectives = openslo::parse(&source, review.found);
                (objectives, review.found.len() == before)
            }
            Err(remedy) => {
                review.report_part(&path.at("file"), &spec.file, remedy);
                (vec![], false)
            }
        };
        documents.insert(spec.file.clone(), read);
    }
    let (objectives, complete) = documents.get(&spec.file)?;
    let objective = objectives.iter().find(|o| o.name == spec.name);
    // Where the file itself is wrong, the missing SLO may be the one that could not be read.
    if objective.is_none() && *complete {
        let known: Vec<&str> = objectives.iter().map(|o| o.name.as_str()).collect();
        let message = format!("SLO `{}` is not in {}", spec.name, spec.file);
        review.unknown(&path.at("name"), &message, &spec.name, &known);
    }
    objective.cloned()
}
