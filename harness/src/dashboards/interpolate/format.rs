//! The formats of `${name:format}`.

use std::fmt::Write as _;

use super::value::Value;

/// The value in this format; `None` for a format that has no place in a query.
pub(super) fn apply(format: &str, name: &str, value: &Value) -> Option<String> {
    let (format, argument) = match format.split_once(':') {
        Some((format, argument)) => (format, Some(argument)),
        None => (format, None),
    };
    if let Value::All(text) = value {
        return match format {
            "text" => Some("All".to_owned()),
            "percentencode" => Some(percent_encode(text)),
            _ => Some(text.clone()),
        };
    }
    let choices = value.choices();
    let quoted = |mark: char| {
        let escaped = format!("\\{mark}");
        let quote = |c: &&str| format!("{mark}{}{mark}", c.replace(mark, &escaped));
        choices.iter().map(quote).collect::<Vec<_>>().join(",")
    };
    Some(match (format, value) {
        ("regex", _) => alternatives(&choices),
        ("pipe", _) => choices.join("|"),
        ("csv" | "raw", _) => choices.join(","),
        ("glob", _) if choices.len() > 1 => format!("{{{}}}", choices.join(",")),
        ("json", Value::Many(values)) => serde_json::Value::from(values.clone()).to_string(),
        ("glob" | "json", _) => choices.concat(),
        ("percentencode", Value::Many(_)) => percent_encode(&format!("{{{}}}", choices.join(","))),
        ("percentencode", _) => percent_encode(&choices.concat()),
        ("singlequote", _) => quoted('\''),
        ("doublequote", _) => quoted('"'),
        ("text", _) => choices.join(" + "),
        ("join", _) => choices.join(argument.unwrap_or(",")),
        ("distributed", _) => choices.join(&format!(",{name}=")),
        ("queryparam", _) => {
            let pair = |c: &&str| format!("var-{name}={}", percent_encode(c));
            choices.iter().map(pair).collect::<Vec<_>>().join("&")
        }
        _ => return None,
    })
}

fn alternatives(choices: &[&str]) -> String {
    let escaped: Vec<String> = choices.iter().map(|c| escape_regex(c)).collect();
    match escaped.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join("|")),
    }
}

fn escape_regex(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if r"\^$*+?.()|[]{}/".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// `encodeURIComponent`, with `!'()*` encoded too.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(values: &[&str]) -> Value {
        Value::Many(values.iter().map(|v| (*v).to_owned()).collect())
    }

    fn server(format: &str, value: &Value) -> String {
        apply(format, "server", value).unwrap()
    }

    #[test]
    fn every_format_prints_as_in_grafana() {
        let one = |text: &str| Value::One(text.to_owned());
        for (format, value, golden) in [
            ("regex", one("test."), r"test\."),
            ("regex", many(&["test."]), r"test\."),
            ("regex", many(&["test.", "test2"]), r"(test\.|test2)"),
            ("pipe", many(&["test", "test2"]), "test|test2"),
            ("csv", many(&["test", "test2"]), "test,test2"),
            ("raw", many(&["12", "13"]), "12,13"),
            ("glob", one("foo"), "foo"),
            ("glob", many(&["AA", "BB", "C.*"]), "{AA,BB,C.*}"),
            ("json", many(&["test", "12"]), r#"["test","12"]"#),
            ("json", one("test"), "test"),
            (
                "percentencode",
                many(&["foo()bar BAZ", "test2"]),
                "%7Bfoo%28%29bar%20BAZ%2Ctest2%7D",
            ),
            (
                "singlequote",
                many(&["test", "test'2"]),
                r"'test','test\'2'",
            ),
            (
                "doublequote",
                many(&["test", "test\"2"]),
                r#""test","test\"2""#,
            ),
            ("distributed", many(&["test", "test2"]), "test,server=test2"),
            ("queryparam", many(&["A", "B"]), "var-server=A&var-server=B"),
            ("join", many(&["A", "B"]), "A,B"),
            ("join:; ", many(&["A", "B"]), "A; B"),
            ("text", many(&["A", "B"]), "A + B"),
        ] {
            assert_eq!(server(format, &value), golden, "{format} of {value:?}");
        }
    }

    #[test]
    fn the_text_for_all_goes_in_raw_but_for_two_formats() {
        let all = Value::All(".+".into());
        assert_eq!(server("regex", &all), ".+");
        assert_eq!(server("text", &all), "All");
        assert_eq!(server("percentencode", &all), ".%2B");
    }

    #[test]
    fn a_format_without_meaning_in_a_query_is_refused() {
        assert_eq!(apply("lucene", "server", &Value::One("a".into())), None);
    }
}
