//! Questions to one form of a JSON schema, as far as schemas of configuration files go.

use serde_json::Value;

/// Whether anything at all may be written.
pub(super) fn is_free(schema: &Value) -> bool {
    *schema == Value::Bool(true)
        || schema.as_object().is_some_and(|o| {
            !["type", "const", "enum", "properties"]
                .iter()
                .any(|k| o.contains_key(*k))
        })
}

pub(super) fn accepts(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|t| t == kind),
        _ => false,
    }
}

pub(super) fn accepts_any(choices: &[&Value], kind: &str) -> bool {
    choices.iter().any(|c| accepts(c, kind))
}

/// The fixed words a schema allows.
pub(super) fn words(schema: &Value) -> Vec<&str> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(Value::String(word)), _) => vec![word],
        (_, list) => strings(list),
    }
}

pub(super) fn words_free(schema: &Value) -> bool {
    schema.get("const").is_none() && schema.get("enum").is_none()
}

pub(super) fn strings(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array)
        .map(|l| l.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

pub(super) fn bounds(choices: &[&Value]) -> (i128, i128) {
    let Some(schema) = choices.iter().find(|c| accepts(c, "integer")) else {
        return (0, 0);
    };
    let (low, high) = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => (0, i128::from(u8::MAX)),
        Some("uint16") => (0, i128::from(u16::MAX)),
        Some("uint32") => (0, i128::from(u32::MAX)),
        Some("uint64") => (0, i128::from(u64::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    };
    let bound = |key| schema.get(key).and_then(Value::as_i64).map(i128::from);
    (
        bound("minimum").unwrap_or(low),
        bound("maximum").unwrap_or(high),
    )
}

/// What is wanted, in words.
pub(super) fn expected(choices: &[&Value]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for (kind, word) in [
        ("string", "text"),
        ("integer", "a whole number"),
        ("number", "a number"),
        ("boolean", "true or false"),
        ("array", "a list"),
        ("object", "a mapping"),
    ] {
        if accepts_any(choices, kind) {
            kinds.push(word);
        }
    }
    kinds.join(" or ")
}
