//! Routes: what a request looks like and what answer is good.

use super::journeys;
use crate::model::RouteId;
use crate::model::yaml::Path;
use crate::scenario::plan::{FeederPlan, Keys, Route, RouteLabels};
use crate::scenario::quantity::Remedy;
use crate::scenario::request::{self, METHODS};
use crate::scenario::review::Review;
use crate::scenario::spec::{KeysSpec, LoadSpec, RouteSpec, StatusText, StepSpec};
use crate::scenario::template;

/// A request as it stands in the file: a route, or a step of a journey.
pub(super) struct Written {
    pub(super) spec: RouteSpec,
    pub(super) path: Path,
    /// Placeholders that earlier steps of its journey fill.
    earlier: Vec<String>,
    /// Those that it or later steps extract, each with its step.
    later: Vec<(String, String)>,
}

/// All routes of the load: those of the list, then the steps of each journey.
pub(super) fn written(load: &LoadSpec) -> Vec<Written> {
    let root = Path::root().at("spec").at("load");
    let routes = root.at("routes");
    let plain = load.routes.iter().enumerate().map(|(i, spec)| Written {
        spec: spec.clone(),
        path: routes.at(i),
        earlier: vec![],
        later: vec![],
    });
    let journeys = load.journeys.iter().enumerate();
    let steps = journeys.flat_map(|(i, journey)| {
        let path = root.at("journeys").at(i).at("steps");
        (0..journey.steps.len()).map(move |k| {
            let (before, after) = journey.steps.split_at(k);
            let names = |step: &StepSpec| -> Vec<(String, String)> {
                let names = step.extract.keys();
                names.map(|n| (n.clone(), step.name.clone())).collect()
            };
            Written {
                spec: journeys::route(journey, k, &journey.steps[k]),
                path: path.at(k),
                earlier: before.iter().flat_map(names).map(|(n, _)| n).collect(),
                later: after.iter().flat_map(names).collect(),
            }
        })
    });
    plain.chain(steps).collect()
}

/// The routes of the plan, which may use columns of these feeders.
pub(super) fn routes(
    load: &LoadSpec,
    feeders: &[FeederPlan],
    path: &Path,
    review: &mut Review<'_>,
) -> Vec<Route> {
    let written = written(load);
    if load.routes.is_empty() && load.journeys.is_empty() {
        review.report(
            path,
            "a scenario needs at least one route or journey",
            |d| d,
        );
    }
    let names: Vec<_> = written
        .iter()
        .map(|one| (&one.spec.name, one.path.at("name")))
        .collect();
    review.doubles("route", &names);
    let total: u64 = written.iter().map(|w| u64::from(w.spec.weight)).sum();
    if let Some(first) = written.first()
        && total == 0
    {
        let place = match load.routes.first() {
            Some(_) => first.path.at("weight"),
            None => path.at("journeys").at(0).at("weight"),
        };
        review.report(
            &place,
            "all weights are zero: no route would be called",
            |d| d,
        );
    }
    written
        .iter()
        .map(|one| route(one, feeders, review))
        .collect()
}

fn route(written: &Written, feeders: &[FeederPlan], review: &mut Review<'_>) -> Route {
    let (spec, path) = (&written.spec, &written.path);
    let id = RouteId::new(&spec.name).unwrap_or_else(|error| {
        review.report(&path.at("name"), error.to_string(), |d| d);
        RouteId::stand_in()
    });
    let (method, target) = request(&spec.request, &path.at("request"), review);
    templates(written, feeders, review);
    let mut expect: Vec<u16> = spec
        .expect
        .iter()
        .enumerate()
        .flat_map(|(i, text)| expected(text, &path.at("expect").at(i), review))
        .collect();
    expect.sort_unstable();
    expect.dedup();
    if spec.expect.is_empty() {
        review.report(&path.at("expect"), "no status would be good", |d| {
            d.hint("[200]")
        });
    }
    let labels = RouteLabels {
        route: spec
            .labels
            .route
            .clone()
            .unwrap_or_else(|| target.split('?').next().unwrap_or_default().to_owned()),
        method: spec.labels.method.clone().unwrap_or_else(|| method.clone()),
    };
    Route {
        id,
        method,
        path: target,
        headers: spec
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        body: spec.body.clone(),
        weight: spec.weight,
        expect,
        keys: keys(spec.keys, &path.at("keys"), review),
        labels,
    }
}

fn expected(
    text: &StatusText,
    path: &Path,
    review: &mut Review<'_>,
) -> std::ops::RangeInclusive<u16> {
    let (from, to) = review.statuses(path, text);
    from..=to
}

fn request(text: &str, path: &Path, review: &mut Review<'_>) -> (String, String) {
    let (method, target) = text.split_once(' ').unwrap_or((text, ""));
    let upper = method.to_uppercase();
    if !METHODS.contains(&method) {
        let known = METHODS.join(", ");
        let shout = METHODS.contains(&upper.as_str());
        review.report(path, format!("`{method}` is not a method"), |d| {
            if shout {
                d.hint(format!("{upper} {target}"))
            } else {
                d.label("such as GET /v1/kv/{key}").note("known", known)
            }
        });
    } else if !target.starts_with('/') {
        review.report(
            path,
            format!("the path `{target}` does not start with `/`"),
            |d| d.label("such as GET /v1/kv/{key}"),
        );
    } else if target
        .contains(|c: char| c.is_whitespace() || c.is_control() || c == '#' || !c.is_ascii())
    {
        review.report(
            path,
            format!("the path `{target}` holds a character that no URL may hold"),
            |d| d.hint("percent-encode it"),
        );
    }
    (upper, target.to_owned())
}

fn templates(written: &Written, feeders: &[FeederPlan], review: &mut Review<'_>) {
    let (spec, path) = (&written.spec, &written.path);
    let columns = feeders
        .iter()
        .flat_map(|feeder| (0..feeder.columns.len()).map(|c| feeder.placeholder(c)));
    let values: Vec<String> = columns.chain(written.earlier.iter().cloned()).collect();
    // What is in a file that could not be read, nobody knows.
    let unread = |name: &str| {
        let feeder = name.split_once('.').map(|(feeder, _)| feeder);
        let unread = |f: &&FeederPlan| f.columns.is_empty();
        feeders
            .iter()
            .filter(unread)
            .any(|f| Some(f.name.as_str()) == feeder)
    };
    let mut check = |text: &str, path: &Path| {
        for (placeholder, remedy) in template::mistakes(text, &values) {
            let name = placeholder.trim_matches(['{', '}']);
            if unread(name) {
                continue;
            }
            let later = written.later.iter().find(|(value, _)| value == name);
            let remedy = later.map_or(remedy, |(_, step)| too_early(name, step, &spec.name));
            review.report_part(path, placeholder, remedy);
        }
    };
    check(&spec.request, &path.at("request"));
    if let Some(body) = &spec.body {
        check(body, &path.at("body"));
    }
    let headers = path.at("headers");
    for (name, value) in &spec.headers {
        check(value, &headers.at(name));
    }
    for (name, value) in &spec.headers {
        if let Err(message) = request::header(name, value) {
            review.report(&headers.at(name), message, |d| d);
        }
    }
}

/// A value that is there, but not yet.
fn too_early(name: &str, extracted: &str, used: &str) -> Remedy {
    let message = if extracted == used {
        format!("`{{{name}}}` is extracted from the reply to this very step")
    } else {
        format!("`{{{name}}}` is extracted by step `{extracted}`, which comes later")
    };
    Remedy::new(message).label("only steps after it can use it")
}

fn keys(spec: KeysSpec, path: &Path, review: &mut Review<'_>) -> Keys {
    match spec {
        KeysSpec::Uniform(count) => Keys::Uniform { n: count.n },
        KeysSpec::Sequence(count) => Keys::Sequence { n: count.n },
        KeysSpec::Zipf(zipf) => {
            if !(zipf.s > 0.0 && zipf.s <= 100.0) {
                review.report(
                    &path.at("zipf").at("s"),
                    "the exponent is out of range",
                    |d| d.label("above 0, such as 1.1"),
                );
            }
            Keys::Zipf {
                n: zipf.n,
                s: zipf.s,
            }
        }
    }
}
