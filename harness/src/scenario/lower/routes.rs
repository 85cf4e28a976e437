//! Routes: what a request looks like and what answer is good.

use crate::model::RouteId;
use crate::model::yaml::Path;
use crate::scenario::plan::{Keys, Route, RouteLabels};
use crate::scenario::review::Review;
use crate::scenario::spec::{KeysSpec, RouteSpec, StatusText};
use crate::scenario::template;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(super) fn routes(specs: &[RouteSpec], path: &Path, review: &mut Review<'_>) -> Vec<Route> {
    if specs.is_empty() {
        review.report(path, "a scenario needs at least one route", |d| d);
    }
    let names: Vec<_> = specs
        .iter()
        .enumerate()
        .map(|(i, spec)| (&spec.name, path.at(i).at("name")))
        .collect();
    review.doubles("route", &names);
    let total: u64 = specs.iter().map(|s| u64::from(s.weight)).sum();
    if total == 0 && !specs.is_empty() {
        let place = path.at(0).at("weight");
        review.report(
            &place,
            "all weights are zero: no route would be called",
            |d| d,
        );
    }
    specs
        .iter()
        .enumerate()
        .map(|(i, spec)| route(spec, &path.at(i), review))
        .collect()
}

fn route(spec: &RouteSpec, path: &Path, review: &mut Review<'_>) -> Route {
    let id = RouteId::new(&spec.name).unwrap_or_else(|error| {
        review.report(&path.at("name"), error.to_string(), |d| d);
        RouteId::stand_in()
    });
    let (method, target) = request(&spec.request, &path.at("request"), review);
    templates(spec, path, review);
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

fn templates(spec: &RouteSpec, path: &Path, review: &mut Review<'_>) {
    let mut check = |text: &str, path: &Path| {
        for (written, remedy) in template::mistakes(text) {
            review.report_part(path, written, remedy);
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
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(token) {
            review.report(
                &headers.at(name),
                format!("`{name}` is not a header name"),
                |d| d,
            );
        } else if value.contains(|c: char| c.is_control() && c != '\t') || !value.is_ascii() {
            let message = format!("header `{name}` holds a character that no header may hold");
            review.report(&headers.at(name), message, |d| d);
        }
    }
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
