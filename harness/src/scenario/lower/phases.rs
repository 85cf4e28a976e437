//! Phases: how long, how fast, and what is broken meanwhile.

use super::{faults, rate};
use crate::model::PhaseId;
use crate::model::yaml::Path;
use crate::scenario::files::Files;
use crate::scenario::plan::{MOST_ARRIVALS, Phase};
use crate::scenario::review::Review;
use crate::scenario::spec::{LoadSpec, PhaseSpec};

pub(super) fn phases(
    load: &LoadSpec,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> Vec<Phase> {
    let specs = &load.phases;
    let path = path.at("phases");
    if specs.is_empty() {
        review.report(&path, "a scenario needs at least one phase", |d| d);
        return vec![];
    }
    let names: Vec<_> = specs
        .iter()
        .enumerate()
        .map(|(i, spec)| (&spec.name, path.at(i).at("name")))
        .collect();
    review.doubles("phase", &names);
    let before = review.found.len();
    let phases: Vec<Phase> = specs
        .iter()
        .enumerate()
        .map(|(i, spec)| phase(spec, load, files, &path.at(i), review))
        .collect();
    if specs.iter().all(|s| !s.measure) {
        review.report(
            &path.at(0).at("measure"),
            "no phase is measured: nothing could be judged",
            |d| d.hint("leave `measure: false` to the warmup"),
        );
    }
    // Sums mean nothing when a part could not be read.
    if review.found.len() == before && !review.places.is_broken_below(&path) {
        let arrivals: f64 = phases.iter().map(Phase::arrivals).sum();
        if arrivals < 1.0 {
            review.report(&path, "these phases plan no request at all", |d| d);
        } else if arrivals > MOST_ARRIVALS {
            let message = format!("these phases plan {arrivals:.0} requests, more than a billion");
            review.report(&path, message, |d| d);
        }
    }
    phases
}

fn phase(
    spec: &PhaseSpec,
    load: &LoadSpec,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> Phase {
    let id = PhaseId::new(&spec.name).unwrap_or_else(|error| {
        review.report(&path.at("name"), error.to_string(), |d| d);
        PhaseId::stand_in()
    });
    let duration = review.length(&path.at("duration"), &spec.duration);
    let (rate_from, rate_to, curve) = rate::rate(spec, duration, files, path, review);
    Phase {
        id,
        duration,
        rate_from,
        rate_to,
        curve,
        measured: spec.measure,
        faults: spec
            .faults
            .as_ref()
            .and_then(|f| faults::faults(f, load, &path.at("faults"), review)),
    }
}
