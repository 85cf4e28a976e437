//! The `OpenAPI` document: well-formed, and true of the routes and of the catalogue.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value};
use target_service::{
    endpoint::UNMATCHED,
    kv::{self, Compat, store::MemoryStore},
    profile::ProfileName,
};

use super::support::Target;

const MODES: [Compat; 2] = [Compat::None, Compat::DumbKv];
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

fn target(compat: Compat) -> Target {
    Target::of(ProfileName::Kv, kv::catalogue(compat), |_| {
        kv::profile_as(Arc::new(MemoryStore::default()), compat)
    })
}

async fn document(compat: Compat) -> Value {
    target(compat).get("/openapi.json").await.json()
}

fn object(value: &Value) -> &Map<String, Value> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
}

/// Path, method and operation of everything described.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = object(&document["paths"]).iter();
    let of_path = |(path, item)| {
        let operations = object(item).iter();
        operations.map(move |(method, operation): (&String, _)| {
            (String::as_str(path), method.as_str(), operation)
        })
    };
    paths.flat_map(of_path).collect()
}

/// Every value in the document with its place.
fn walk<'a>(value: &'a Value, place: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(place, value);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                walk(value, &format!("{place}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &format!("{place}/{index}"), visit);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_document_has_what_openapi_requires() {
    for compat in MODES {
        let document = document(compat).await;
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["info"]["title"], "DumbKV API");
        assert_eq!(document["info"]["version"], "1.0.0");
        let known = ["openapi", "info", "paths", "components", "tags"];
        for field in object(&document).keys() {
            assert!(known.contains(&field.as_str()), "{field}");
        }
        let tags = document["tags"].as_array().expect("tags");
        let tags: BTreeSet<_> = tags
            .iter()
            .map(|tag| &tag["name"])
            .map(Value::to_string)
            .collect();
        let mut ids = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            let place = format!("{method} {path}");
            assert!(
                path.starts_with('/') && METHODS.contains(&method),
                "{place}"
            );
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{place}: {id} is there twice");
            assert!(operation["summary"].is_string(), "{place}");
            assert!(tags.contains(&operation["tags"][0].to_string()), "{place}");
            parameters_are_well_formed(path, operation, &place);
            for (status, response) in object(&operation["responses"]) {
                let code: u16 = status.parse().expect("a status");
                assert!((100..600).contains(&code), "{place}");
                assert!(response["description"].is_string(), "{place} {status}");
                let told = response["content"].is_object();
                assert!(told || code == 204, "{place} {status}: no content");
            }
            if let Some(body) = operation.get("requestBody") {
                let content = object(&body["content"]);
                assert!(
                    content.values().all(|media| media["schema"].is_object()),
                    "{place}"
                );
            }
        }
    }
}

fn parameters_are_well_formed(path: &str, operation: &Value, place: &str) {
    let none = Vec::new();
    let parameters = operation["parameters"].as_array().unwrap_or(&none);
    let mut in_path = BTreeSet::new();
    for parameter in parameters {
        let name = parameter["name"].as_str().expect("a name");
        assert!(
            parameter["schema"].is_object() && parameter["description"].is_string(),
            "{place} {name}"
        );
        assert!(
            !parameter["example"].is_null(),
            "{place} {name} has no example"
        );
        match parameter["in"].as_str() {
            Some("path") => {
                assert_eq!(parameter["required"], true, "{place} {name}");
                in_path.insert(name);
            }
            Some("query") => {}
            other => panic!("{place} {name}: in {other:?}"),
        }
    }
    let braced = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    assert_eq!(in_path, braced.collect(), "{place}");
}

#[tokio::test]
async fn every_reference_resolves_and_every_schema_is_used() {
    for compat in MODES {
        let document = document(compat).await;
        let mut used = BTreeSet::new();
        walk(&document, "", &mut |place, value| {
            if let Some(reference) = value.get("$ref") {
                let reference = reference.as_str().expect("text");
                let target = document.pointer(reference.trim_start_matches('#'));
                assert!(target.is_some(), "{place}: {reference} leads nowhere");
                used.insert(reference.rsplit('/').next().expect("a name").to_owned());
            }
        });
        let schemas = object(&document["components"]["schemas"]);
        assert_eq!(used, schemas.keys().cloned().collect());
    }
}

#[tokio::test]
async fn every_schema_is_one_of_json_schema() {
    let types = [
        "object", "array", "string", "integer", "number", "boolean", "null",
    ];
    for compat in MODES {
        let document = document(compat).await;
        for (name, schema) in object(&document["components"]["schemas"]) {
            walk(schema, name, &mut |place, value| {
                let Some(kind) = value
                    .get("type")
                    .filter(|_| !place.ends_with("/properties"))
                else {
                    return;
                };
                let kinds = kind
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![kind.clone()]);
                for kind in kinds {
                    assert!(
                        types.contains(&kind.as_str().unwrap_or_default()),
                        "{place}: {kind}"
                    );
                }
                for required in value["required"].as_array().into_iter().flatten() {
                    let field = required.as_str().expect("a name");
                    assert!(
                        !value["properties"][field].is_null(),
                        "{place}: {field} is required only"
                    );
                }
            });
        }
    }
}

/// Route and method with the statuses, HEAD left out: it is wherever GET is.
type Statuses = BTreeMap<(String, String), BTreeSet<u16>>;

fn documented(document: &Value) -> Statuses {
    let operations = operations(document).into_iter();
    let statuses = |operation: &Value| {
        let statuses = object(&operation["responses"]).keys();
        statuses
            .map(|status| status.parse().expect("a status"))
            .collect()
    };
    operations
        .map(|(path, method, operation)| {
            (
                (path.to_owned(), method.to_uppercase()),
                statuses(operation),
            )
        })
        .collect()
}

#[tokio::test]
async fn document_and_catalogue_name_the_same_routes_methods_and_statuses() {
    for compat in MODES {
        let mut documented = documented(&document(compat).await);
        let metrics = documented.remove(&("/metrics".to_owned(), "GET".to_owned()));
        assert!(
            metrics.is_some(),
            "metrics are described, and count no requests for themselves"
        );
        let endpoints = kv::catalogue(compat).0.iter();
        let catalogued: Statuses = endpoints
            .clone()
            .filter(|endpoint| endpoint.method != "HEAD" && endpoint.route != UNMATCHED)
            .map(|endpoint| {
                let statuses = endpoint.statuses.iter().copied().collect();
                (
                    (endpoint.route.to_owned(), endpoint.method.to_owned()),
                    statuses,
                )
            })
            .collect();
        assert_eq!(documented, catalogued);
        let of = |method| {
            let endpoints = kv::catalogue(compat).0.iter();
            let of_method = endpoints.filter(move |e| e.method == method && e.route != UNMATCHED);
            of_method.map(|e| (e.route, e.statuses)).collect::<Vec<_>>()
        };
        assert_eq!(of("HEAD"), of("GET"));
    }
}

#[tokio::test]
async fn the_router_serves_what_is_documented_and_nothing_else() {
    for compat in MODES {
        let target = target(compat);
        let document = document(compat).await;
        for (path, item) in object(&document["paths"]) {
            let url = path.replace("{database}", "0").replace("{key}", "a");
            let url = url.replace("{file}", "index.css");
            for method in METHODS {
                let gets = item.get("get").is_some();
                let served = item.get(method).is_some() || (method == "head" && gets);
                let answer = target.send(&method.to_uppercase(), &url, "").await;
                assert_eq!(
                    answer.status != 405,
                    served,
                    "{method} {path}: {}",
                    answer.status
                );
                // The answer is the route's own, not the one for unknown paths.
                let lost = answer.status == 404 && answer.body.contains("Not Found");
                assert!(!lost, "{method} {path}");
            }
        }
    }
}
