//! Request templates: `{key}`, `{seq}` and `{random:N}` in paths, headers and bodies. Anything else is literal.

use std::fmt::Write as _;

use super::draw::{Stream, bits};

/// A text with places to fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Key,
    Seq,
    Random(usize),
}

impl Template {
    /// Splits a text; the scenario has refused unknown placeholders, so whatever is left in braces is literal.
    pub(crate) fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            literal.push_str(&rest[..open]);
            rest = &rest[open..];
            let placeholder = rest
                .find('}')
                .and_then(|close| Some((close, placeholder(&rest[1..close])?)));
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

    /// The text of arrival `seq` with key number `key`.
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
                Part::Random(length) => push_random(&mut text, seed, seq, *length),
            }
        }
        text
    }
}

fn placeholder(name: &str) -> Option<Part> {
    match name {
        "key" => Some(Part::Key),
        "seq" => Some(Part::Seq),
        _ => name.strip_prefix("random:")?.parse().ok().map(Part::Random),
    }
}

fn push_random(text: &mut String, seed: u64, seq: u64, length: usize) {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut pool = 0;
    for i in 0..length {
        // 12 letters of 5 bits from one draw of 64.
        if i % 12 == 0 {
            pool = bits(
                seed,
                Stream::Text,
                seq.wrapping_mul(1 << 20).wrapping_add(i as u64),
            );
        }
        text.push(char::from(ALPHABET[(pool & 31) as usize]));
        pool >>= 5;
    }
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
