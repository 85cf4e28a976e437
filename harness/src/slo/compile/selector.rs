//! Whether a query is a plain selector, to which a window can be appended.
//!
//! Not an evaluator: it only tells a selector from everything else. What a regular expression in it means is left to
//! Prometheus.

/// Words that PromQL reads as something else where a metric's name is expected.
const NO_NAMES: [&str; 10] = [
    "inf",
    "nan",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "bool",
    "atan2",
    "anchored",
    "smoothed",
];

/// A metric name, matchers in braces, or both, which select something in particular.
pub(super) fn is_selector(query: &str) -> bool {
    let mut rest = Cursor(query.trim());
    let name = rest.name(true);
    if !name.is_empty() && NO_NAMES.contains(&name.to_ascii_lowercase().as_str()) {
        return false;
    }
    if rest.0.is_empty() {
        return !name.is_empty();
    }
    rest.matchers()
        .is_some_and(|particular| particular || !name.is_empty())
        && rest.0.is_empty()
}

/// What is not yet read.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.0.split_at(bytes);
        self.0 = rest;
        taken
    }

    fn eat(&mut self, text: &str) -> bool {
        let eaten = self.0.strip_prefix(text);
        self.0 = eaten.unwrap_or(self.0);
        eaten.is_some()
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// A name, perhaps none. Colons are for metrics only.
    fn name(&mut self, colons: bool) -> &'a str {
        let part = |(at, c): (usize, char)| {
            let letter = c.is_ascii_alphabetic() || c == '_' || (colons && c == ':');
            letter || (at > 0 && c.is_ascii_digit())
        };
        let end = self.0.char_indices().find(|at| !part(*at));
        self.take(end.map_or(self.0.len(), |(at, _)| at))
    }

    /// A string of Go's; whether it has anything in it.
    fn string(&mut self) -> Option<bool> {
        let quote = self
            .0
            .chars()
            .next()
            .filter(|c| ['"', '\'', '`'].contains(c))?;
        let mut chars = self.0.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.take(at + 1);
                return Some(at > 1);
            }
            if quote == '`' {
                continue;
            }
            match c {
                '\n' => return None,
                '\\' => {
                    let simple = |c: char| "abfnrtv\\".contains(c) || c == quote;
                    chars.next().filter(|(_, c)| simple(*c))?;
                }
                _ => {}
            }
        }
        None
    }

    /// `{a="b",…}`; whether a matcher selects something in particular, without which Prometheus refuses the selector.
    fn matchers(&mut self) -> Option<bool> {
        self.blanks();
        if !self.eat("{") {
            return None;
        }
        let mut particular = false;
        loop {
            self.blanks();
            if self.eat("}") {
                return Some(particular);
            }
            if self.name(false).is_empty() {
                return None;
            }
            self.blanks();
            // The longer ones first.
            let operator = ["=~", "!~", "!=", "="]
                .into_iter()
                .find(|operator| self.eat(operator))?;
            self.blanks();
            let filled = self.string()?;
            particular |= filled && operator == "=";
            self.blanks();
            if !self.eat(",") {
                return self.eat("}").then_some(particular);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_told_from_everything_else() {
        for yes in [
            "x",
            "a:b_1",
            "x{}",
            " x { a = \"b\" , } ",
            r#"{__name__="x",a!~'c\'d'}"#,
            "x{a=~`\\d{2}[`}",
            "sum",
        ] {
            assert!(is_selector(yes), "{yes}");
        }
        for no in [
            "",
            "5x",
            "{}",
            r#"{a=~".*"}"#,
            r#"{a=""}"#,
            "sum(x)",
            "x[5m]",
            "x + y",
            "x{a}",
            "x{a=b}",
            "x{a=\"b}",
            r#"x{a="\d"}"#,
            "x{a=\"b\"} or y",
            "NaN",
            "x offset 5m",
            r#"x{a="b"c="d"}"#,
        ] {
            assert!(!is_selector(no), "{no}");
        }
    }
}
