//! Request templates: `{key}`, `{seq}` and `{random:N}` in paths, headers and bodies. Anything else is literal.

#[cfg(test)]
use std::fmt::Write as _;

use super::draw::{Stream, bits};

/// A text with places to fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text as it is.
    Literal(String),
    /// `key-` and the key's number.
    Key,
    /// The arrival's number.
    Seq,
    /// So many random letters.
    Random(usize),
    /// A value from outside the plan, by its number.
    Value(usize),
}

impl Template {
    /// Splits a text; the scenario has refused unknown placeholders, so whatever is left in braces is literal.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Self {
        Self::parse_with(text, &[])
    }

    /// The same, where the names of some values are placeholders too.
    pub(crate) fn parse_with(text: &str, values: &[String]) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            literal.push_str(&rest[..open]);
            rest = &rest[open..];
            let placeholder = rest
                .find('}')
                .and_then(|close| Some((close, placeholder(&rest[1..close], values)?)));
            if let Some((close, part)) = placeholder {
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(part);
                rest = &rest[close + 1..];
            } else {
                literal.push('{');
                rest = &rest[1..];
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Self { parts }
    }

    /// Its parts in order.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The text of arrival `seq` with key number `key`.
    #[cfg(test)]
    pub(crate) fn render(&self, seed: u64, seq: u64, key: u64) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Key => {
                    let _ = write!(text, "key-{key}");
                }
                Part::Seq => {
                    let _ = write!(text, "{seq}");
                }
                Part::Random(length) => {
                    text.extend(random_letters(seed, seq, *length).map(char::from));
                }
                // Only a renderer that is given values parses for them.
                Part::Value(_) => {}
            }
        }
        text
    }
}

fn placeholder(name: &str, values: &[String]) -> Option<Part> {
    if let Some(number) = values.iter().position(|value| value == name) {
        return Some(Part::Value(number));
    }
    match name {
        "key" => Some(Part::Key),
        "seq" => Some(Part::Seq),
        _ => name.strip_prefix("random:")?.parse().ok().map(Part::Random),
    }
}

/// The random text of an arrival: the same letters wherever it stands.
pub(crate) fn random_letters(seed: u64, seq: u64, length: usize) -> impl Iterator<Item = u8> {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut pool = 0;
    (0..length).map(move |i| {
        // 12 letters of 5 bits from one draw of 64.
        if i % 12 == 0 {
            let number = seq.wrapping_mul(1 << 20).wrapping_add(i as u64);
            pool = bits(seed, Stream::Text, number);
        }
        let letter = ALPHABET[(pool & 31) as usize];
        pool >>= 5;
        letter
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_json_braces_left_alone() {
        let template = Template::parse(r#"{"k":"{key}","n":{seq},"x":{"y":1}}"#);
        assert_eq!(
            template.render(1, 42, 7),
            r#"{"k":"key-7","n":42,"x":{"y":1}}"#
        );
    }

    #[test]
    fn random_text_has_its_length_and_repeats_with_the_seed() {
        let template = Template::parse("{random:40}");
        let text = template.render(1, 2, 3);
        assert_eq!(text.len(), 40);
        assert_eq!(text, template.render(1, 2, 99));
        assert_ne!(text, template.render(1, 3, 3));
    }
}
