//! Which value a variable has.

use super::error::InterpolationError;
use crate::dashboards::panel::Variable;

/// The choice that stands for all options.
const ALL: &str = "$__all";

/// A variable's value, as Grafana keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A single choice.
    One(String),
    /// Choices of a variable that allows several; may hold one.
    Many(Vec<String>),
    /// "All" with a text of its own, which is never escaped.
    All(String),
}

impl Value {
    /// The choices, whatever their number.
    pub(super) fn choices(&self) -> Vec<&str> {
        match self {
            Self::One(value) | Self::All(value) => vec![value],
            Self::Many(values) => values.iter().map(String::as_str).collect(),
        }
    }
}

/// The scenario's values, else the file's, else the first option, as Grafana chooses when a dashboard is opened.
pub(super) fn of(
    variable: &Variable,
    given: Option<&Vec<String>>,
) -> Result<Value, InterpolationError> {
    let no_value = || InterpolationError::NoValue {
        variable: variable.name.clone(),
    };
    let options = || variable.options.iter().filter(|o| *o != ALL);
    let mut chosen = given.unwrap_or(&variable.current).clone();
    chosen.retain(|v| !v.is_empty());
    if chosen.is_empty() {
        chosen.push(options().next().ok_or_else(no_value)?.clone());
    }
    if chosen.iter().any(|v| v == ALL) {
        if let Some(all) = variable.all_value.as_ref().filter(|v| !v.is_empty()) {
            return Ok(Value::All(all.clone()));
        }
        let all: Vec<String> = options().cloned().collect();
        return if all.is_empty() {
            Err(no_value())
        } else {
            Ok(Value::Many(all))
        };
    }
    if let Some(auto) = chosen.iter().find(|v| v.starts_with("$__auto")) {
        return Err(InterpolationError::NotSupported { what: auto.clone() });
    }
    if variable.multi {
        Ok(Value::Many(chosen))
    } else if chosen.len() > 1 {
        Err(InterpolationError::SeveralValues {
            variable: variable.name.clone(),
            given: chosen.len(),
        })
    } else {
        Ok(Value::One(chosen.remove(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(current: &[&str], options: &[&str], all: Option<&str>, multi: bool) -> Variable {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        Variable {
            name: "pod".into(),
            kind: "query".into(),
            multi,
            include_all: true,
            all_value: all.map(Into::into),
            current: owned(current),
            options: owned(options),
        }
    }

    #[test]
    fn the_scenario_wins_over_the_file_and_the_file_over_the_first_option() {
        let v = variable(&["a"], &["c"], None, false);
        assert_eq!(of(&v, Some(&vec!["b".into()])), Ok(Value::One("b".into())));
        assert_eq!(of(&v, None), Ok(Value::One("a".into())));
        let v = variable(&[], &["$__all", "c"], None, false);
        assert_eq!(of(&v, None), Ok(Value::One("c".into())));
    }

    #[test]
    fn all_is_its_own_text_or_every_option_and_else_has_no_value() {
        let all = |options, text| of(&variable(&["$__all"], options, text, false), None);
        assert_eq!(all(&["a"], Some(".*")), Ok(Value::All(".*".into())));
        let both = Value::Many(vec!["a".into(), "b".into()]);
        assert_eq!(all(&["$__all", "a", "b"], None), Ok(both));
        let none = InterpolationError::NoValue {
            variable: "pod".into(),
        };
        assert_eq!(all(&[], None), Err(none.clone()));
        assert_eq!(of(&variable(&[], &[], None, true), None), Err(none));
    }

    #[test]
    fn two_values_need_a_variable_that_takes_them() {
        let two = Some(vec!["a".to_owned(), "b".to_owned()]);
        let v = variable(&[], &[], None, false);
        assert_eq!(
            of(&v, two.as_ref()),
            Err(InterpolationError::SeveralValues {
                variable: "pod".into(),
                given: 2
            })
        );
        let v = variable(&[], &[], None, true);
        assert_eq!(of(&v, two.as_ref()), Ok(Value::Many(two.clone().unwrap())));
    }
}
