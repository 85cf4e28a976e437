//! Journeys: what a step adds to a route, and whether a run has time and room for it all.

use crate::model::yaml::Path;
use crate::model::{Millis, RouteId};
use crate::scenario::plan::{Extract, ExtractError, Journey, LoadPlan, Order, Phase, Step};
use crate::scenario::review::Review;
use crate::scenario::spec::{ExtractSpec, JourneySpec, RouteSpec, StepSpec};
use crate::scenario::template;

/// The journeys; their steps follow the `routes` other routes of the plan.
pub(super) fn journeys(
    specs: &[JourneySpec],
    routes: usize,
    path: &Path,
    review: &mut Review<'_>,
) -> Vec<Journey> {
    let names: Vec<_> = specs
        .iter()
        .enumerate()
        .map(|(i, spec)| (&spec.name, path.at(i).at("name")))
        .collect();
    review.doubles("journey", &names);
    let mut first = routes;
    let mut journeys = Vec::with_capacity(specs.len());
    for (i, spec) in specs.iter().enumerate() {
        if let Err(error) = RouteId::new(&spec.name) {
            review.report(&path.at(i).at("name"), error.to_string(), |d| d);
        }
        let path = path.at(i).at("steps");
        if spec.steps.is_empty() {
            let message = format!("journey `{}` has no step", spec.name);
            review.report(&path, message, |d| d.hint("at least one"));
        }
        let steps = spec.steps.iter().enumerate();
        journeys.push(Journey {
            name: spec.name.clone(),
            first,
            steps: steps
                .map(|(k, s)| step(s, k, &path.at(k), review))
                .collect(),
        });
        first += spec.steps.len();
    }
    journeys
}

fn step(spec: &StepSpec, number: usize, path: &Path, review: &mut Review<'_>) -> Step {
    if number == 0 && spec.think_time.is_some() {
        review.report(
            &path.at("thinkTime"),
            "the first step comes when its user arrives, and waits for nothing",
            |d| d.hint("leave `thinkTime` to the steps after it"),
        );
    }
    let think = spec.think_time.as_ref();
    let extract = path.at("extract");
    Step {
        think: think.map_or_else(Default::default, |text| {
            review.duration(&path.at("thinkTime"), text)
        }),
        extract: spec
            .extract
            .iter()
            .filter_map(|(name, from)| {
                let path = extract.at(name);
                if !template::is_name(name) || template::is_fixed(name) {
                    let message = format!("`{name}` cannot be the name of a value");
                    review.report(&path, message, |d| {
                        d.label("a letter, then letters, digits or `_`; not key, seq or random")
                    });
                }
                let from = place(from).map_err(|(field, error)| {
                    review.report(&path.at(field), error.to_string(), |d| d);
                });
                Some((name.clone(), from.ok()?))
            })
            .collect(),
    }
}

/// Where a value stands, or which field is wrong and why.
fn place(spec: &ExtractSpec) -> Result<Extract, (&'static str, ExtractError)> {
    match spec {
        ExtractSpec::Header(name) => Extract::header(name).map_err(|e| ("header", e)),
        ExtractSpec::Pointer(pointer) => Extract::pointer(pointer).map_err(|e| ("pointer", e)),
        ExtractSpec::Between(texts) => Ok(Extract::between(&texts.after, &texts.before)),
    }
}

/// The route that a step is.
pub(super) fn route(journey: &JourneySpec, number: usize, step: &StepSpec) -> RouteSpec {
    RouteSpec {
        name: step.name.clone(),
        request: step.request.clone(),
        weight: if number == 0 { journey.weight } else { 0 },
        expect: step.expect.clone(),
        keys: journey.keys,
        headers: step.headers.clone(),
        body: step.body.clone(),
        labels: step.labels.clone(),
    }
}

/// Whether thinking users leave room in flight and end in time, and whether rows that are given once suffice.
pub(super) fn feasible(load: &LoadPlan, path: &Path, review: &mut Review<'_>) {
    let total: u64 = load.routes.iter().map(|r| u64::from(r.weight)).sum();
    let share = |route: usize| f64::from(load.routes[route].weight) / total.max(1) as f64;
    let peak = load.phases.iter().map(Phase::peak_rate).fold(0.0, f64::max);
    for (i, journey) in load.journeys.iter().enumerate() {
        let path = path.at("journeys").at(i);
        let thinking: u64 = journey.steps.iter().map(|step| step.think.0).sum();
        let thinking = Millis(thinking);
        if thinking > load.drain {
            let message = format!(
                "users of journey `{}` think for {thinking}, and the run ends {} after the last of them arrives",
                journey.name, load.drain
            );
            review.report(&path, message, |d| {
                d.hint(format!("drain: {}", (thinking + load.timeout).to_promql()))
            });
        }
        // Little's law: whoever thinks keeps his place.
        let places = peak * share(journey.first) * thinking.as_secs_f64();
        if places > f64::from(load.max_in_flight) {
            let message = format!(
                "at {peak}/s, {places:.0} users of journey `{}` think at once, and only {} may be under way",
                journey.name, load.max_in_flight
            );
            review.report(&path, message, |d| {
                d.hint(format!("maxInFlight: {:.0}", (places * 1.5).ceil()))
            });
        }
    }
    let planned: f64 = load.phases.iter().map(Phase::expected_arrivals).sum();
    for (i, feeder) in load.feeders.iter().enumerate() {
        let users = (0..load.routes.len()).filter(|route| load.uses(*route, feeder));
        let arrivals = planned * users.map(share).sum::<f64>();
        let rows = feeder.rows.len();
        if feeder.order == Order::Once && rows > 0 && arrivals > rows as f64 {
            let message = format!(
                "feeder `{}` gives each of its {rows} rows once, and about {arrivals:.0} arrivals want one",
                feeder.name
            );
            review.report(&path.at("feeders").at(i), message, |d| {
                d.hint("more rows, or `order: sequence`")
            });
        }
    }
}
