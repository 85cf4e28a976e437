//! Request templates: `{key}`, `{seq}` and `{random:N}` in paths, headers and bodies. Anything else is literal.

use std::io::Write as _;

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

    /// Appends the text of arrival `seq` with key number `key`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, seed: u64, seq: u64, key: u64) {
        for part in &self.parts {
            // Writing to a vector cannot fail.
            match part {
                Part::Literal(literal) => out.extend_from_slice(literal.as_bytes()),
                Part::Key => {
                    let _ = write!(out, "key-{key}");
                }
                Part::Seq => {
                    let _ = write!(out, "{seq}");
                }
                Part::Random(length) => push_random(out, seed, seq, *length),
            }
        }
    }
}

fn placeholder(name: &str) -> Option<Part> {
    match name {
        "key" => Some(Part::Key),
        "seq" => Some(Part::Seq),
        _ => name.strip_prefix("random:")?.parse().ok().map(Part::Random),
    }
}

fn push_random(text: &mut Vec<u8>, seed: u64, seq: u64, length: usize) {
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
        text.push(ALPHABET[(pool & 31) as usize]);
        pool >>= 5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &Template, seq: u64, key: u64) -> String {
        let mut out = Vec::new();
        template.write(&mut out, 1, seq, key);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn placeholders_are_filled_and_json_braces_left_alone() {
        let template = Template::parse(r#"{"k":"{key}","n":{seq},"x":{"y":1}}"#);
        assert_eq!(
            rendered(&template, 42, 7),
            r#"{"k":"key-7","n":42,"x":{"y":1}}"#
        );
    }

    #[test]
    fn random_text_has_its_length_and_repeats_with_the_seed() {
        let template = Template::parse("{random:40}");
        let text = rendered(&template, 2, 3);
        assert_eq!(text.len(), 40);
        assert_eq!(text, rendered(&template, 2, 99));
        assert_ne!(text, rendered(&template, 3, 3));
    }
}
