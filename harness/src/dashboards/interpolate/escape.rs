//! How a data source escapes a variable that names no format.

use super::value::Value;
use crate::dashboards::panel::Variable;

/// Prometheus: a plain variable stands in a string, any other in a regular expression within a string.
pub(super) fn prometheus(variable: &Variable, value: &Value) -> String {
    if let Value::All(text) = value {
        return text.clone();
    }
    if !variable.multi && !variable.include_all {
        return value
            .choices()
            .concat()
            .replace('\\', r"\\")
            .replace('\'', r"\\'");
    }
    let escaped: Vec<String> = value.choices().into_iter().map(escape_twice).collect();
    match escaped.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join("|")),
    }
}

/// Loki: the same, but plain values raw and several ones without parentheses.
pub(super) fn loki(variable: &Variable, value: &Value) -> String {
    if matches!(value, Value::All(_)) || (!variable.multi && !variable.include_all) {
        return value.choices().concat();
    }
    let escaped: Vec<String> = value.choices().into_iter().map(escape_twice).collect();
    escaped.join("|")
}

/// Once for the regular expression, once for the string around it.
fn escape_twice(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str(r"\\\\"),
            c if "$^*{}[]+?.()|".contains(c) => {
                escaped.push_str(r"\\");
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(multi: bool) -> Variable {
        Variable {
            name: "v".into(),
            kind: "custom".into(),
            multi,
            include_all: false,
            all_value: None,
            current: vec![],
            options: vec![],
        }
    }

    #[test]
    fn a_plain_prometheus_variable_is_escaped_for_a_string_only() {
        let value = Value::One(r"a.b\c'd".into());
        assert_eq!(prometheus(&variable(false), &value), r"a.b\\c\\'d");
        assert_eq!(loki(&variable(false), &value), r"a.b\c'd");
    }

    #[test]
    fn a_variable_of_several_values_is_escaped_for_a_regular_expression() {
        let one = Value::Many(vec![r"a.b\c".into()]);
        assert_eq!(prometheus(&variable(true), &one), r"a\\.b\\\\c");
        assert_eq!(loki(&variable(true), &one), r"a\\.b\\\\c");
        let two = Value::Many(vec!["a+".into(), "b".into()]);
        assert_eq!(prometheus(&variable(true), &two), r"(a\\+|b)");
        assert_eq!(loki(&variable(true), &two), r"a\\+|b");
    }

    #[test]
    fn the_text_for_all_is_never_escaped() {
        let all = Value::All(".*".into());
        assert_eq!(prometheus(&variable(true), &all), ".*");
        assert_eq!(loki(&variable(true), &all), ".*");
    }
}
