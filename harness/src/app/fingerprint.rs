//! Whether two runs were asked for the same thing: a hash to read, and the places where two plans differ.

use serde_json::Value;

use crate::scenario::Plan;

/// Parts of a plan that name places and words, not load or judgement: where the file and the servers are, and how the
/// scenario is commented.
const BESIDE_THE_POINT: [&str; 6] = ["file", "name", "purpose", "target", "telemetry", "text"];

/// 16 hex digits over everything in a plan that decides what is sent and how it is judged, seed included. FNV-1a: it
/// tells honest mistakes apart, and is no proof against a forger.
pub(super) fn hash(plan: &Plan) -> String {
    let text = essence(plan).to_string();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Where two plans differ, such as `load.seed`; empty for the same scenario.
pub(super) fn differences(left: &Plan, right: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    collect(&essence(left), &essence(right), "", &mut found);
    found
}

fn essence(plan: &Plan) -> Value {
    // A plan holds nothing that JSON cannot: it is written to `plan.json` before anything is sent.
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    if let Value::Object(parts) = &mut value {
        parts.retain(|name, _| !BESIDE_THE_POINT.contains(&name.as_str()));
    }
    value
}

/// Two levels deep: enough to know which part of the file to open.
fn collect(left: &Value, right: &Value, path: &str, found: &mut Vec<String>) {
    if left == right {
        return;
    }
    match (left, right) {
        (Value::Object(a), Value::Object(b)) if path.matches('.').count() < 1 => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                let at = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let of = |side: &serde_json::Map<String, Value>| {
                    side.get(name).cloned().unwrap_or(Value::Null)
                };
                collect(&of(a), &of(b), &at, found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::Fixture;

    #[test]
    fn what_is_beside_the_point_changes_nothing_and_the_seed_does() {
        let plan = Fixture::new().plan;
        let mut moved = plan.clone();
        moved.file = "elsewhere.yaml".into();
        moved.target.url = Some("http://127.0.0.1:1".into());
        assert_eq!(hash(&plan), hash(&moved));
        assert_eq!(differences(&plan, &moved), Vec::<String>::new());

        let mut other = plan.clone();
        other.load.seed += 1;
        other.time_scale = 1;
        assert_ne!(hash(&plan), hash(&other));
        assert_eq!(differences(&plan, &other), ["load.seed", "time_scale"]);
    }
}
