//! From the spec to the plan: each part checked, defaults filled in, names resolved.
//!
//! Every function returns its part of the plan even when it notes mistakes; the plan is thrown away then, but the
//! parts after it are still read.

mod alerts;
mod faults;
mod feeders;
mod journeys;
mod objectives;
mod phases;
mod rate;
mod routes;
mod shipped;
mod signals;
mod telemetry;

use super::files::Files;
use super::open::Overrides;
use super::plan::{Arrivals, LoadPlan, PLAN_SCHEMA_VERSION, Plan};
use super::review::Review;
use super::spec::{ArrivalsSpec, LoadSpec, ScenarioSpec};
use crate::model::yaml::Path;

/// What comes from outside the file.
pub(super) struct Given {
    pub(super) files: Files,
    pub(super) overrides: Overrides,
    pub(super) text: String,
}

/// The whole plan; right only if the review has found nothing.
pub(super) fn scenario(spec: &ScenarioSpec, review: &mut Review<'_>, given: Given) -> Plan {
    let path = Path::root().at("spec");
    let body = &spec.spec;
    metadata(spec, review);
    let time_scale = given.overrides.time_scale.unwrap_or(body.time_scale).max(1);
    let target = telemetry::target(
        body.target.as_ref(),
        &given.files,
        &path.at("target"),
        review,
    );
    let telemetry = telemetry::telemetry(body.telemetry.as_ref(), &path.at("telemetry"), review);
    telemetry::watched(&target, &telemetry, &path, review);
    let seed = given.overrides.seed.unwrap_or(body.seed);
    let load = load(&body.load, seed, &given.files, &path.at("load"), review);
    faults::reachable(&load, &target, &path.at("load").at("phases"), review);
    let signals = signals::signals(&body.signals, &telemetry, &path.at("signals"), review);
    let slos = objectives::slos(body, &telemetry, &given.files, &path.at("slos"), review);
    let (rules, places) = shipped::rules(
        &body.rules,
        time_scale,
        &telemetry,
        &given.files,
        &path.at("rules"),
        review,
    );
    let dashboards = shipped::dashboards(
        &body.dashboards,
        &telemetry,
        &given.files,
        &path.at("dashboards"),
        review,
    );
    let scene = alerts::Scene {
        load: &load,
        rules: &rules,
        complete: places,
        telemetry: &telemetry,
    };
    let alerts = alerts::alerts(&body.alerts, &scene, &path.at("alerts"), review);
    Plan {
        schema_version: PLAN_SCHEMA_VERSION,
        name: spec.metadata.name.clone(),
        purpose: spec.metadata.purpose.trim().to_owned(),
        file: review.source.file.clone(),
        text: given.text,
        time_scale,
        target,
        telemetry,
        load,
        signals,
        slos,
        rules,
        dashboards,
        alerts,
    }
}

fn metadata(spec: &ScenarioSpec, review: &mut Review<'_>) {
    let path = Path::root().at("metadata");
    let name = &spec.metadata.name;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 63 || name.starts_with('-') || !name.chars().all(fits) {
        review.report(
            &path.at("name"),
            format!("`{name}` is not a name of a scenario"),
            |d| d.label("lower-case letters, digits and `-`, at most 63"),
        );
    }
    let purpose = spec.metadata.purpose.trim();
    if purpose.is_empty() || purpose.contains('\n') {
        review.report(
            &path.at("purpose"),
            "the purpose is one line: what situation this is and what must come of it",
            |d| d,
        );
    }
}

fn load(
    spec: &LoadSpec,
    seed: u64,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> LoadPlan {
    let timeout = review.length(&path.at("timeout"), &spec.timeout);
    let feeders = feeders::feeders(&spec.feeders, files, &path.at("feeders"), review);
    let before = review.found.len();
    let plan = LoadPlan {
        seed,
        arrivals: match spec.arrivals {
            ArrivalsSpec::Uniform => Arrivals::Uniform,
            ArrivalsSpec::Poisson => Arrivals::Poisson,
        },
        timeout,
        max_in_flight: spec.max_in_flight,
        drain: spec
            .drain
            .as_ref()
            .map_or(timeout, |text| review.duration(&path.at("drain"), text)),
        routes: routes::routes(spec, &feeders, path, review),
        journeys: journeys::journeys(
            &spec.journeys,
            spec.routes.len(),
            &path.at("journeys"),
            review,
        ),
        feeders,
        phases: phases::phases(spec, files, path, review),
    };
    // Sums mean nothing when a part could not be read.
    if review.found.len() == before && !review.places.is_broken_below(path) {
        journeys::feasible(&plan, path, review);
    }
    plan
}
