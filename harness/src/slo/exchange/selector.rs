//! A metric selector, `name{label="value"}`: as much of PromQL as Pyrra's documents hold.

use std::fmt;

/// A metric with its matchers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The metric.
    pub name: String,
    /// In the order they are written.
    pub matchers: Vec<Matcher>,
}

/// One condition on a label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub op: &'static str,
    /// The value without quotes and escapes.
    pub value: String,
}

/// Whether a query is nothing but a selector, to which a range can be added.
pub fn is_selector(query: &str) -> bool {
    Selector::parse(query).is_some()
}

impl Matcher {
    /// `label="value"`.
    pub fn equal(label: &str, value: &str) -> Self {
        Self {
            label: label.to_owned(),
            op: "=",
            value: value.to_owned(),
        }
    }

    /// Whether it matches by a regular expression.
    pub fn is_regex(&self) -> bool {
        self.op.ends_with('~')
    }
}

impl Selector {
    /// Reads a selector; `None` if the text is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let end = text.find(|c| !word(c)).unwrap_or(text.len());
        let name = text[..end].to_owned();
        let rest = text[end..].trim();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut matchers = Vec::new();
        if !rest.is_empty() {
            let mut inner = rest.strip_prefix('{')?.strip_suffix('}')?.trim();
            while !inner.is_empty() {
                let (matcher, after) = matcher(inner)?;
                matchers.push(matcher);
                inner = match after.trim_start().strip_prefix(',') {
                    Some(more) => more.trim_start(),
                    None if after.trim().is_empty() => "",
                    None => return None,
                };
            }
        }
        Some(Self { name, matchers })
    }

    /// The same matchers on another metric, and more of them.
    pub fn renamed(&self, name: String, more: impl IntoIterator<Item = Matcher>) -> Self {
        let matchers = self.matchers.iter().cloned().chain(more).collect();
        Self { name, matchers }
    }

    /// The value of a label matched by equality.
    pub fn equal(&self, label: &str) -> Option<&str> {
        let found = self
            .matchers
            .iter()
            .find(|m| m.label == label && m.op == "=");
        found.map(|m| m.value.as_str())
    }
}

fn matcher(text: &str) -> Option<(Matcher, &str)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !word(c))?;
    let label = text[..end].to_owned();
    let rest = text[end..].trim_start();
    let op = ["=~", "!~", "!=", "="]
        .into_iter()
        .find(|op| rest.starts_with(op))?;
    let (value, after) = quoted(rest[op.len()..].trim_start())?;
    if label.is_empty() {
        return None;
    }
    Some((Matcher { label, op, value }, after))
}

/// A quoted text and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((value, &text[at + 1..]));
        }
        if c == '\\' && quote != '`' {
            match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                c @ ('\\' | '"' | '\'') => value.push(c),
                _ => return None,
            }
        } else {
            value.push(c);
        }
    }
    None
}

/// `label="value"`, as Prometheus prints it.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.replace('\\', "\\\\").replace('"', "\\\"");
        let value = value.replace('\n', "\\n").replace('\t', "\\t");
        write!(f, "{}{}\"{value}\"", self.label, self.op)
    }
}

/// `name{…}` with sorted matchers, as Prometheus prints it.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.matchers.is_empty() {
            return Ok(());
        }
        let mut texts: Vec<String> = self.matchers.iter().map(Matcher::to_string).collect();
        texts.sort();
        write!(f, "{{{}}}", texts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn matchers_are_read_with_their_quotes_and_printed_sorted() {
        let read =
            Selector::parse(r#"x_total{ job = "a\"b", code=~'5..|\\d', a!~`\d`, }"#).unwrap();
        assert_eq!(read.equal("job"), Some("a\"b"));
        assert_eq!(
            read.to_string(),
            r#"x_total{a!~"\\d",code=~"5..|\\d",job="a\"b"}"#
        );
        assert_eq!(
            Selector::parse(&read.to_string()).map(|s| s.to_string()),
            Some(read.to_string())
        );
        assert_eq!(Selector::parse("up").unwrap().to_string(), "up");
        for not in [
            "",
            "sum(x)",
            "x[5m]",
            "x{a=1}",
            "x{a=\"b\"} offset 5m",
            "x{a=\"b",
            "1x",
            "x{,}",
        ] {
            assert_eq!(Selector::parse(not), None, "{not}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|x\\{[a-z=~!\"\\\\,{}]{0,20}") {
            if let Some(selector) = Selector::parse(&text) {
                prop_assert!(Selector::parse(&selector.to_string()).is_some());
            }
        }
    }
}
