//! Requests made up from an `OpenAPI` document, some as described and some as no client should send them.

use std::{collections::BTreeSet, fmt::Write as _};

use proptest::{
    collection::vec,
    option,
    prelude::*,
    strategy::{Strategy, Union},
    string::string_regex,
};
use serde_json::{Map, Value, json};

/// One request and the statuses that the document has for it.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
    pub(crate) documented: BTreeSet<u16>,
}

/// Any request to any operation of `document`.
pub(crate) fn requests(document: &Value) -> impl Strategy<Value = Wish> + use<> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            all.push(request(document, path, method, operation).boxed());
        }
    }
    Union::new(all)
}

fn request(
    document: &Value,
    path: &str,
    method: &str,
    operation: &Value,
) -> impl Strategy<Value = Wish> + use<> {
    let responses = operation["responses"].as_object().expect("responses");
    let documented = responses
        .keys()
        .map(|status| status.parse().expect("a status"));
    let wish = Wish {
        method: method.to_uppercase(),
        target: path.to_owned(),
        body: Vec::new(),
        documented: documented.collect(),
    };
    let parameters = operation["parameters"].as_array().cloned();
    let values: Vec<_> = parameters.iter().flatten().map(value_of).collect();
    let body = match operation.get("requestBody") {
        Some(body) => body_of(document, body),
        None => Just(Vec::new()).boxed(),
    };
    let noise = prop_oneof![9 => Just(String::new()), 1 => "[a-z%=&+]{0,12}"];
    (values, body, noise).prop_map(move |(values, body, noise)| {
        let mut wish = wish.clone();
        let mut query = Vec::new();
        for (parameter, value) in parameters.iter().flatten().zip(values) {
            let name = parameter["name"].as_str().expect("a name");
            match (parameter["in"].as_str(), value) {
                (Some("path"), value) => {
                    // A path without this part would be another one.
                    let value = value.filter(|text| !text.is_empty());
                    let encoded = percent_encoded(value.as_deref().unwrap_or("x").as_bytes());
                    wish.target = wish.target.replace(&format!("{{{name}}}"), &encoded);
                }
                (_, Some(value)) => {
                    query.push(format!("{name}={}", percent_encoded(value.as_bytes())));
                }
                (_, None) => {}
            }
        }
        query.extend(Some(noise).filter(|noise| !noise.is_empty()));
        if !query.is_empty() {
            wish.target = format!("{}?{}", wish.target, query.join("&"));
        }
        wish.body = body;
        wish
    })
}

/// A text for a parameter, mostly such as its schema describes; `None`: left out.
fn value_of(parameter: &Value) -> BoxedStrategy<Option<String>> {
    let schema = &parameter["schema"];
    let valid = if types(schema).contains(&"integer") {
        integer(schema)
            .prop_map(|number| number.to_string())
            .boxed()
    } else {
        text(schema)
    };
    let hostile = prop_oneof![any::<String>(), any::<i64>().prop_map(|n| n.to_string())];
    option::weighted(0.9, prop_oneof![6 => valid, 1 => hostile]).boxed()
}

fn body_of(document: &Value, body: &Value) -> BoxedStrategy<Vec<u8>> {
    let media = body["content"].as_object().expect("content");
    let (kind, content) = media.iter().next().expect("a media type");
    let hostile = vec(any::<u8>(), 0..64);
    let large = (65_530_usize..65_545).prop_map(|bytes| vec![b'x'; bytes]);
    if kind == "application/json" {
        let reference = content["schema"]["$ref"].as_str().expect("a reference");
        let schema = document.pointer(reference.trim_start_matches('#'));
        let valid = object(schema.expect("a schema")).boxed();
        let texts = valid.clone().prop_map(|json| json.to_string().into_bytes());
        let texts = texts.boxed();
        let cut = (texts.clone(), any::<prop::sample::Index>()).prop_map(|(mut text, at)| {
            text.truncate(at.index(text.len() + 1));
            text
        });
        let odd = any_json().prop_map(|json| json.to_string().into_bytes());
        prop_oneof![8 => texts, 1 => cut, 1 => odd, 1 => hostile, 1 => large].boxed()
    } else {
        let text = any::<String>().prop_map(String::into_bytes);
        prop_oneof![3 => text, 1 => hostile, 1 => large].boxed()
    }
}

/// The properties of a schema, each mostly as described, sometimes something else or left out.
fn object(schema: &Value) -> impl Strategy<Value = Value> + use<> {
    let properties = schema["properties"].as_object().expect("properties");
    let names: Vec<String> = properties.keys().cloned().collect();
    let values: Vec<_> = properties
        .values()
        .map(|schema| {
            let valid = if types(schema).contains(&"integer") {
                integer(schema).prop_map(Value::from).boxed()
            } else {
                text(schema).prop_map(Value::from).boxed()
            };
            option::weighted(0.9, prop_oneof![9 => valid, 1 => any_json()])
        })
        .collect();
    values.prop_map(move |values| {
        let fields = names.iter().cloned().zip(values);
        let fields = fields.filter_map(|(name, value)| Some((name, value?)));
        Value::Object(fields.collect::<Map<_, _>>())
    })
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Within the bounds, and mostly the same few, so that requests meet the entries of others.
fn integer(schema: &Value) -> BoxedStrategy<i64> {
    let least = schema["minimum"].as_i64().unwrap_or(0);
    let most = schema["maximum"].as_i64().unwrap_or(i64::from(i32::MAX));
    prop_oneof![4 => least..=least + 2, 1 => least..=most].boxed()
}

fn text(schema: &Value) -> BoxedStrategy<String> {
    let common = "[abc]";
    match schema["pattern"].as_str() {
        Some(pattern) => {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            prop_oneof![4 => common, 1 => string_regex(pattern).expect("a pattern")].boxed()
        }
        None => prop_oneof![4 => common, 1 => any::<String>()].boxed(),
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ +-]?[0-9_]{0,25}([.]0*)?".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("(database|key|value|[a-z]{0,3})", inner), 0..4)
                .prop_map(|fields| fields.into_iter().collect::<Value>()),
            Just(json!({})),
        ]
    })
}

fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02X}").expect("a string takes everything");
        text
    })
}
