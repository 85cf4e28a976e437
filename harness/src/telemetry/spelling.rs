//! One spelling for expressions that differ in layout only.

/// Removes layout from a PromQL or LogQL expression: outside string literals, white space becomes one blank between two
/// words and vanishes next to punctuation. `sum by(job) (\n  x\n)` and `sum by (job) (x)` both become `sum by(job)(x)`.
///
/// The result is for comparison: Prometheus shows loaded rules on one line and formats a query over several. It does not
/// reorder anything, so feed it the engine's canonical text, not two hand-written ones. String literals in `"`, `'` and
/// backquotes are kept as they are.
pub fn collapse_whitespace(expr: &str) -> String {
    let mut out = String::with_capacity(expr.len());
    let mut blank = false;
    let mut chars = expr.chars();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && is_word(c) && out.chars().next_back().is_some_and(is_word) {
            out.push(' ');
        }
        blank = false;
        out.push(c);
        if matches!(c, '"' | '\'' | '`') {
            copy_literal(&mut chars, c, &mut out);
        }
    }
    out
}

/// Copies up to and including the closing quote; a backslash escapes only outside backquotes.
fn copy_literal(chars: &mut std::str::Chars<'_>, quote: char, out: &mut String) {
    while let Some(c) = chars.next() {
        out.push(c);
        if c == quote {
            return;
        }
        if c == '\\' && quote != '`' {
            out.extend(chars.next());
        }
    }
}

/// Characters that would merge into another word without a blank between them.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '$')
}

/// Any text on one line: runs of white space become one blank.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn layout_does_not_matter_outside_literals() {
        let same = [
            "sum by (job) (up{job=~\"a  b\"} > 1)",
            "sum by(job) (up{job=~\"a  b\"} > 1)",
            "  sum by (job) (\n    up{ job =~ \"a  b\" }\n  >\n    1\n)",
        ];
        for text in same {
            assert_eq!(
                collapse_whitespace(text),
                "sum by(job)(up{job=~\"a  b\"}>1)",
                "{text}"
            );
        }
    }

    #[test]
    fn words_stay_apart() {
        assert_eq!(collapse_whitespace("a  and\n\tb"), "a and b");
        assert_eq!(
            collapse_whitespace("x offset 5m > bool 1"),
            "x offset 5m>bool 1"
        );
    }

    #[test]
    fn literals_keep_their_blanks_and_escapes() {
        for literal in [
            r#""a \" ( b )""#,
            r"'it \' s  x'",
            "`raw \\`",
            "\"open  end",
        ] {
            assert_eq!(collapse_whitespace(literal), literal);
        }
        assert_eq!(collapse_whitespace("`a  \\` | b"), "`a  \\`|b");
    }

    proptest! {
        #[test]
        fn collapsing_twice_changes_nothing(text in "[a-z0-9 \n(){}=~\"'`\\\\|>]{0,60}") {
            let once = collapse_whitespace(&text);
            prop_assert_eq!(collapse_whitespace(&once), once);
        }
    }
}
