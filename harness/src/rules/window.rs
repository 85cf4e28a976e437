//! Finds the lengths of time inside a PromQL or LogQL expression: `[5m]`, `[1h:1m]`, `offset 1h`.
//!
//! A reader of words, not a parser of the language: it knows strings, comments, names and brackets, which is all it
//! takes to tell a window from text that looks like one.

use crate::model::{Millis, Span};

/// One length of time in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where it is written.
    pub span: Span,
    /// What it is for.
    pub role: Role,
    /// How long; `None` if it cannot be read as a duration.
    pub length: Option<Millis>,
}

/// What a length of time is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// How much of the past is read: before a `:` or alone in brackets.
    Range,
    /// The resolution of a subquery.
    Step,
    /// After `offset`.
    Offset,
}

/// All windows of an expression in order.
pub fn windows(expr: &str) -> Vec<Window> {
    let mut found = Vec::new();
    let mut after_offset = false;
    let mut at = 0;
    while let Some(c) = expr[at..].chars().next() {
        let rest = &expr[at..];
        let length = match c {
            '"' | '\'' | '`' => string_length(rest, c),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '[' => {
                let inner = rest[1..].find(']').unwrap_or(rest.len() - 1);
                bracket(&rest[1..=inner], at + 1, &mut found);
                inner + 1
            }
            _ if c.is_alphabetic() || c == '_' => {
                let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                after_offset = rest[..word].eq_ignore_ascii_case("offset");
                at += word;
                continue;
            }
            _ if c.is_ascii_digit() => {
                let end = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
                    .unwrap_or(rest.len());
                if after_offset {
                    found.push(window(rest, 0, end, at, Role::Offset));
                }
                end
            }
            // `offset -5m` and `offset 5m`: signs and blanks keep the word in mind.
            _ if after_offset && (c.is_whitespace() || c == '-' || c == '+') => {
                at += c.len_utf8();
                continue;
            }
            _ => c.len_utf8(),
        };
        after_offset = false;
        at += length;
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// A string with its quotes; up to the end of the text if it is not closed. Backticks know no escapes.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

fn bracket(inner: &str, base: usize, found: &mut Vec<Window>) {
    let (range, step) = match inner.find(':') {
        Some(colon) => (&inner[..colon], Some((colon + 1, &inner[colon + 1..]))),
        None => (inner, None),
    };
    let mut add = |part: &str, at: usize, role| {
        let lead = part.len() - part.trim_start().len();
        let length = part.trim().len();
        if length > 0 {
            found.push(window(part, lead, lead + length, base + at, role));
        }
    };
    add(range, 0, Role::Range);
    if let Some((at, step)) = step {
        add(step, at, Role::Step);
    }
}

fn window(text: &str, from: usize, to: usize, base: usize, role: Role) -> Window {
    Window {
        span: Span {
            start: base + from,
            end: base + to,
        },
        role,
        length: length_of(&text[from..to]),
    }
}

/// A duration, or a bare number of seconds as Prometheus 3 allows it.
fn length_of(text: &str) -> Option<Millis> {
    Millis::from_promql(text).or_else(|| {
        let seconds: f64 = text.parse().ok()?;
        (0.0..1e12)
            .contains(&seconds)
            .then(|| Millis((seconds * 1000.0).round() as u64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(expr: &str) -> Vec<(&str, Role)> {
        windows(expr)
            .iter()
            .map(|w| (&expr[w.span.start..w.span.end], w.role))
            .collect()
    }

    #[test]
    fn ranges_steps_and_offsets_are_found() {
        assert_eq!(
            texts("max_over_time(rate(x[5m] offset -1h)[ 1d : 30s ]) OFFSET 1w2d"),
            [
                ("5m", Role::Range),
                ("1h", Role::Offset),
                ("1d", Role::Range),
                ("30s", Role::Step),
                ("1w2d", Role::Offset),
            ]
        );
        assert_eq!(texts("x[1h:]"), [("1h", Role::Range)]);
    }

    #[test]
    fn strings_comments_names_and_numbers_are_left_alone() {
        for expr in [
            r#"x{a="[5m] offset 1h", b='\'[5m]', c=`\[5m]`}"#,
            "x > 5 # not [5m]",
            "sum by (offset) (rate5m:x_offset) * 30",
            "x @ 1609746000 > 10",
            r#"{app="kv"} | json | duration > 10s |= "[1h]""#,
        ] {
            assert_eq!(texts(expr), [], "{expr}");
        }
    }

    #[test]
    fn a_window_that_cannot_be_read_is_still_a_window() {
        let found = windows("rate(x[5m * 2])");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].length, None);
        assert_eq!(windows("rate(x[300])")[0].length, Some(Millis(300_000)));
    }
}
