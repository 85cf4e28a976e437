//! Queries of an indicator, given a window.

use super::scalar::number;
use super::selector::is_selector;
use crate::model::Millis;
use crate::slo::definition::{Indicator, Part};

/// The place of the window in a query that is more than a selector, as in Sloth's specs.
pub(super) const WINDOW: &str = "{{.window}}";

/// Why a query cannot be given a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Neither a selector nor a query with a place for the window.
    #[error(
        "the query `{0}` is neither a plain counter selector nor has {WINDOW}; write x{{..}}, or sum(rate(x{{..}}[{WINDOW}]))"
    )]
    Form(String),
    /// A rule file cannot hold it, or Prometheus refuses it.
    #[error("the query has a character that no rule can have, {0:?}; write it as an escape")]
    Character(char),
}

/// Characters that YAML's block texts or Prometheus's lexer refuse.
fn refused(c: char) -> bool {
    let breaks = [
        '\u{2028}', '\u{2029}', '\u{feff}', '\u{fffd}', '\u{fffe}', '\u{ffff}',
    ];
    (c.is_control() && !matches!(c, '\n' | '\t')) || breaks.contains(&c)
}

/// `sum(rate(selector[window]))`, or the query with the window in its place.
fn rate(query: &str, window: Millis) -> Result<String, QueryError> {
    over(query, window, "rate")
}

/// How many events there were in the window. A query of rates is multiplied by the window's seconds.
pub(super) fn events(query: &str, window: Millis) -> Result<String, QueryError> {
    let counted = over(query, window, "increase")?;
    let per_second = query.contains(WINDOW) && !query.contains("increase(");
    Ok(if per_second && query.contains("rate(") {
        format!("({counted}) * {}", number(window.as_secs_f64()))
    } else {
        counted
    })
}

fn over(query: &str, window: Millis, function: &str) -> Result<String, QueryError> {
    let length = window.to_promql();
    let query = query.trim();
    if let Some(c) = query.chars().find(|c| refused(*c)) {
        return Err(QueryError::Character(c));
    }
    if query.contains(WINDOW) {
        let query = query.replace(WINDOW, &length);
        // What follows must not fall into a comment.
        let end = if query.contains('#') { "\n" } else { "" };
        Ok(query + end)
    } else if is_selector(query) {
        Ok(format!("sum({function}({query}[{length}]))"))
    } else {
        Err(QueryError::Form(query.to_owned()))
    }
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
        assert_eq!(
            events("sum(rate(x[{{.window}}]))", hour).as_deref(),
            Ok("(sum(rate(x[1h]))) * 3600")
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
