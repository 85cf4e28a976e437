//! What can be told from the text of a query without evaluating it. Strings, comments and windows are known; the rest
//! is words and signs, so a finding from here is a question to a person, not a proof.

use crate::model::{Millis, Span};
use crate::rules::window::{Role, windows};
use crate::slo::exchange::selector::Selector;
use crate::slo::openslo::{Measure, Metric, SloDocument};

/// A range and the function that is applied to it.
pub(crate) struct Range<'a> {
    pub(crate) function: String,
    pub(crate) text: &'a str,
    pub(crate) length: Millis,
}

impl Range<'_> {
    /// Whether a rate is taken over it, which needs two samples.
    pub(crate) fn is_rate(&self) -> bool {
        ["rate", "irate", "increase", "delta", "deriv"].contains(&self.function.as_str())
    }
}

/// The ranges of an expression that can be read as durations.
pub(crate) fn ranges(expr: &str) -> Vec<Range<'_>> {
    let bare = bare(expr);
    let found = windows(expr).into_iter().filter(|w| w.role == Role::Range);
    found
        .filter_map(|w| {
            Some(Range {
                function: function_before(&bare, w.span).to_owned(),
                text: &expr[w.span.start..w.span.end],
                length: w.length?,
            })
        })
        .collect()
}

/// The name before the parenthesis that is open at a place.
fn function_before(expr: &str, at: Span) -> &str {
    let mut depth = 0_usize;
    for (i, c) in expr[..at.start].char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth > 0 => depth -= 1,
            '(' => {
                let before = expr[..i].trim_end();
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                return &before[before.trim_end_matches(word).len()..];
            }
            _ => {}
        }
    }
    ""
}

/// The expression with the insides of strings and comments blanked out, so that signs are signs; same length in bytes.
pub(super) fn bare(expr: &str) -> String {
    let mut out = String::with_capacity(expr.len());
    let mut quote = None;
    let mut escaped = false;
    let mut comment = false;
    for c in expr.chars() {
        let hidden = comment && c != '\n' || quote.is_some() && (escaped || Some(c) != quote);
        match quote {
            Some(_) if escaped => escaped = false,
            Some(open) if c == '\\' && open != '`' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if comment => comment = c != '\n',
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None => comment = c == '#',
        }
        if hidden {
            out.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

/// The thresholds of comparisons of the form `> number`, `> (a * b)` or `> a * b`.
pub(super) fn thresholds(expr: &str) -> Vec<f64> {
    let bare = bare(expr);
    let mut found = Vec::new();
    for part in bare.split('>').skip(1) {
        let part = part.trim_start_matches(['=', ' ', '\n']);
        let part = part.strip_prefix("bool").unwrap_or(part).trim_start();
        let inner = if let Some(inner) = part.strip_prefix('(') {
            inner.split(')').next().unwrap_or_default()
        } else {
            let end = part.find(|c: char| !matches!(c, '0'..='9' | '.' | '*' | ' ' | 'e'));
            &part[..end.unwrap_or(part.len())]
        };
        let numbers = inner.split('*').map(|text| text.trim().parse::<f64>());
        if let Ok(numbers) = numbers.collect::<Result<Vec<f64>, _>>() {
            found.push(numbers.iter().product());
        }
    }
    found
}

/// Whether something is divided by a rate with nothing that keeps zero traffic away.
pub(super) fn divides_unguarded(expr: &str) -> bool {
    let bare = bare(expr);
    bare.match_indices('/').any(|(at, _)| {
        let divisor = bare[at + 1..].trim_start();
        let divisor = ["on", "ignoring"]
            .iter()
            .find_map(|word| divisor.strip_prefix(word)?.split_once(')'))
            .map_or(divisor, |(_, rest)| rest.trim_start());
        let divisor = operand(divisor);
        let counts = ["rate(", "increase(", "count_over_time("];
        let guards = ["> 0", ">0", "clamp_min(", "> bool 0", "!= 0"];
        counts.iter().any(|word| divisor.contains(word))
            && !guards.iter().any(|word| divisor.contains(word))
    })
}

/// The first operand of a text: up to the end of its parentheses.
fn operand(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => match depth.checked_sub(1) {
                Some(0) => {
                    let rest = text[at + 1..].trim_start();
                    // `sum by (x) (…)`: the operand goes on.
                    if c == ')' && rest.starts_with('(') {
                        depth = 0;
                    } else {
                        return &text[..=at];
                    }
                }
                Some(less) => depth = less,
                None => return &text[..at],
            },
            _ => {}
        }
    }
    text
}

/// Every query of an SLO.
pub(super) fn queries(slo: &SloDocument) -> Vec<&Metric> {
    let own = slo.objectives.iter().filter_map(|o| o.sli.as_ref());
    let slis = slo.sli.iter().chain(own);
    slis.flat_map(|sli| match &sli.measure {
        Measure::Ratio { events, total, .. } => vec![events, total],
        Measure::Raw { ratio: metric, .. } | Measure::Threshold(metric) => vec![metric],
    })
    .collect()
}

/// The selectors that an expression holds in braces, as far as they can be read.
pub(super) fn selectors(expr: &str) -> Vec<Selector> {
    let bare = bare(expr);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    for (open, _) in bare.match_indices('{') {
        let start = bare[..open].trim_end_matches(word).len();
        if let Some(length) = bare[open..].find('}') {
            found.extend(Selector::parse(&expr[start..=open + length]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_know_their_function() {
        let found: Vec<String> = ranges("sum(rate(x{a=\"(\"}[5m])) / max_over_time((x)[1h:])")
            .iter()
            .map(|r| format!("{} {}", r.function, r.text))
            .collect();
        assert_eq!(found, ["rate 5m", "max_over_time 1h"]);
    }

    #[test]
    fn thresholds_are_numbers_and_their_products() {
        assert_eq!(
            thresholds("x > (14.5 * 0.5) and y >= 2 and z > on() w"),
            [7.25, 2.0]
        );
        assert_eq!(thresholds("x{a=\"> 5\"} > 3 * 0.5"), [1.5]);
    }

    #[test]
    fn a_division_is_guarded_where_its_divisor_cannot_be_zero() {
        for bad in [
            "a / sum(rate(x[5m]))",
            "sum(rate(a[1m])) / on(b) sum by (b) (rate(x[1m]))",
        ] {
            assert!(divides_unguarded(bad), "{bad}");
        }
        for good in [
            "a / (sum(rate(x[5m])) > 0)",
            "a / 2",
            "a / clamp_min(sum(increase(x[5m])), 1)",
            "rate(x{path=\"/rate(\"}[5m])",
        ] {
            assert!(!divides_unguarded(good), "{good}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked(text in "(\\PC|[(){}\\[\\]\"/>*#\n]|rate|5m){0,30}") {
            let _ = (ranges(&text).len(), thresholds(&text), divides_unguarded(&text), selectors(&text));
            prop_assert_eq!(bare(&text).len(), text.len());
        }
    }
}
