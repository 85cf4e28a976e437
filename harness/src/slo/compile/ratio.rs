//! Queries of an indicator, given a window.

use crate::model::Millis;
use crate::slo::definition::{Indicator, Part};

/// The place of the window in a query that is more than a selector, as in Sloth's specs.
pub(super) const WINDOW: &str = "{{.window}}";

/// Why a query cannot be given a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the query `{0}` is neither a plain counter selector nor has {WINDOW}; write x{{..}}, or sum(rate(x{{..}}[{WINDOW}]))"
)]
pub struct QueryError(String);

/// `sum(rate(selector[window]))`, or the query with the window in its place.
fn rate(query: &str, window: Millis) -> Result<String, QueryError> {
    over(query, window, "rate")
}

/// How many events there were; for a query of rates, how many per second.
pub(super) fn events(query: &str, window: Millis) -> Result<String, QueryError> {
    over(query, window, "increase")
}

fn over(query: &str, window: Millis, function: &str) -> Result<String, QueryError> {
    let length = window.to_promql();
    if query.contains(WINDOW) {
        Ok(query.replace(WINDOW, &length))
    } else if is_selector(query) {
        Ok(format!("sum({function}({query}[{length}]))"))
    } else {
        Err(QueryError(query.to_owned()))
    }
}

/// A metric name, braces, or both; quotes may hold anything.
fn is_selector(query: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let rest = query.trim().trim_start_matches(name);
    if rest.is_empty() {
        return !query.trim().is_empty();
    }
    let Some(inner) = rest
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return false;
    };
    let mut quote = None;
    let mut escaped = false;
    for c in inner.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(open) if c == '\\' && open != '`' => escaped = true,
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if matches!(c, '{' | '}' | '(' | ')' | '[' | ']') => return false,
            Some(_) | None => {}
        }
    }
    quote.is_none()
}

/// Lines of `bad / total` over a window. Without traffic there is no value rather than NaN.
pub(super) fn error_ratio(
    indicator: &Indicator,
    window: Millis,
) -> Result<Vec<String>, QueryError> {
    let total = rate(&indicator.total_query, window)?;
    let mut lines = bad(indicator, |query| rate(query, window))?;
    lines.extend(["/".to_owned(), format!("({total} > 0)")]);
    Ok(lines)
}

/// Lines of the bad events, counted or taken as what is left of all.
pub(super) fn bad(
    indicator: &Indicator,
    with_window: impl Fn(&str) -> Result<String, QueryError>,
) -> Result<Vec<String>, QueryError> {
    let part = with_window(&indicator.part_query)?;
    Ok(match indicator.part {
        Part::Bad => vec![part],
        Part::Good => vec![
            "(".to_owned(),
            format!("  {}", with_window(&indicator.total_query)?),
            "  -".to_owned(),
            format!("  {part}"),
            ")".to_owned(),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_selector_is_wrapped_and_a_query_keeps_its_own_form() {
        let hour = Millis(3_600_000);
        assert_eq!(
            rate(r#"x{a="b",c=~"(d|e)[0-9]{2}"}"#, hour).as_deref(),
            Ok(r#"sum(rate(x{a="b",c=~"(d|e)[0-9]{2}"}[1h]))"#)
        );
        assert_eq!(
            rate("sum(rate(x[{{.window}}]))", hour).as_deref(),
            Ok("sum(rate(x[1h]))")
        );
        assert_eq!(rate("x:y", hour).as_deref(), Ok("sum(rate(x:y[1h]))"));
        for not in ["sum(x)", "x[5m]", "x{a=\"b}", "x + y", ""] {
            assert!(rate(not, hour).is_err(), "{not}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(query in "\\PC{0,40}") {
            let _ = rate(&query, Millis(60_000));
        }
    }
}
