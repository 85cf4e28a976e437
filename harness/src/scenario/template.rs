//! Placeholders in paths, headers and bodies: `{key}`, `{seq}`, `{random:64}`, `{feeder.column}`, and values that a
//! journey extracts.
//!
//! Only a name in braces is one; every other brace is text, so that a JSON body needs no escapes.

use super::quantity::Remedy;
use crate::model::nearest;

const KNOWN: [&str; 3] = ["key", "seq", "random"];
/// Longest random text, in bytes.
const MAX_RANDOM: u64 = 1 << 20;

/// The placeholders that are wrong, as written, each with its remedy; `values` are right besides the fixed ones.
pub(super) fn mistakes<'t>(template: &'t str, values: &[String]) -> Vec<(&'t str, Remedy)> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        rest = &rest[open..];
        let Some(close) = rest.find('}') else { break };
        let (written, inner) = (&rest[..=close], &rest[1..close]);
        match judge(written, inner, values) {
            Placeholder::Wrong(remedy) => {
                found.push((written, remedy));
                rest = &rest[close + 1..];
            }
            Placeholder::Right => rest = &rest[close + 1..],
            // The next one may begin before this brace closes.
            Placeholder::None => rest = &rest[1..],
        }
    }
    found
}

/// What a pair of braces is.
enum Placeholder {
    /// Text.
    None,
    Right,
    Wrong(Remedy),
}

/// Whether a name can be that of a value.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a name is one of the fixed placeholders.
pub(super) fn is_fixed(name: &str) -> bool {
    KNOWN.contains(&name)
}

fn judge(written: &str, inner: &str, values: &[String]) -> Placeholder {
    if values.iter().any(|value| value == inner) {
        return Placeholder::Right;
    }
    let (name, argument) = match inner.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (inner, None),
    };
    // `{users.name}` is column `name` of feeder `users`.
    let is_name = name.splitn(2, '.').all(is_name);
    // `{a: 1}` is somebody's text; `{random:x}` is a slip.
    let is_argument = argument.is_none_or(|a| !a.is_empty() && !a.contains([' ', '"', '{']));
    if !is_name || !is_argument {
        return Placeholder::None;
    }
    let fits = match (name, argument) {
        ("key" | "seq", None) => true,
        ("random", Some(length)) => matches!(length.parse::<u64>(), Ok(1..=MAX_RANDOM)),
        _ => false,
    };
    if fits {
        return Placeholder::Right;
    }
    Placeholder::Wrong(match name {
        "random" => Remedy::new(format!("`{written}` needs a length in bytes"))
            .label(format!("from 1 to {MAX_RANDOM}"))
            .hint(Some("{random:64}".to_owned())),
        "key" | "seq" => {
            Remedy::new(format!("`{written}` takes no argument")).hint(Some(format!("{{{name}}}")))
        }
        _ => {
            let known = KNOWN.iter().copied();
            let known = known.chain(values.iter().map(String::as_str));
            let message = match nearest(name, known) {
                Some(near) => {
                    format!("unknown placeholder `{written}`, did you mean `{{{near}}}`?")
                }
                None => format!("unknown placeholder `{written}`"),
            };
            let fixed = ["key", "seq", "random:N"].into_iter();
            let known = fixed.chain(values.iter().map(String::as_str));
            let known: Vec<String> = known.map(|name| format!("{{{name}}}")).collect();
            Remedy::new(message).label(format!("known: {}", known.join(", ")))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(template: &str) -> Vec<String> {
        mistakes(template, &["token".into(), "users.name".into()])
            .into_iter()
            .map(|(_, remedy)| remedy.message)
            .collect()
    }

    #[test]
    fn placeholders_and_other_braces_pass() {
        for template in [
            "/v1/kv/{key}?n={seq}",
            "{random:64}",
            r#"{"a": {"b": "{key}"}, "c": {}}"#,
            "{token}{users.name}",
            "{ key }",
            "{a: 1}",
            "{1}",
            "{",
        ] {
            assert_eq!(told(template), Vec::<String>::new(), "{template}");
        }
    }

    #[test]
    fn a_mistyped_placeholder_is_told() {
        assert_eq!(
            told("/{kye}"),
            ["unknown placeholder `{kye}`, did you mean `{key}`?"]
        );
        assert_eq!(told("{uuid}"), ["unknown placeholder `{uuid}`"]);
        assert_eq!(told("{random}"), ["`{random}` needs a length in bytes"]);
        assert_eq!(told("{random:0}{random:many}").len(), 2);
        assert_eq!(told("{key:5}"), ["`{key:5}` takes no argument"]);
        assert_eq!(
            told("{tokn} {users.nmae}"),
            [
                "unknown placeholder `{tokn}`, did you mean `{token}`?",
                "unknown placeholder `{users.nmae}`, did you mean `{users.name}`?"
            ]
        );
    }

    proptest! {
        #[test]
        fn no_template_panics(template in "[{}a-z:0-9 é\"]{0,40}") {
            let _ = mistakes(&template, &[]);
        }
    }
}
