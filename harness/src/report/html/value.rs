//! The bridge from serde to the template engine.

use minijinja::Value;

/// The same value for a template; `null` becomes undefined's printable sibling, none.
pub(in crate::report) fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(b) => Value::from(b),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(n.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(s) => Value::from(printable(&s)),
        serde_json::Value::Array(items) => items.into_iter().map(from_json).collect(),
        serde_json::Value::Object(map) => Value::from(
            map.into_iter()
                .map(|(key, value)| (key, from_json(value)))
                .collect::<std::collections::BTreeMap<_, _>>(),
        ),
    }
}

/// The text without the control characters that HTML has no place for.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}
