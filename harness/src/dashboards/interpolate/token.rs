//! Where variables stand in an expression: `$name`, `[[name:format]]`, `${name.field:format}`.
//!
//! The grammar is Grafana's:
//! `/\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\${(\w+)(?:\.([^:^\}]+))?(?::([^\}]+))?}/g`.

/// A stretch of text or a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Sent as it is.
    Text(&'a str),
    /// To be replaced.
    Variable(Reference<'a>),
}

/// A variable as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// The whole reference.
    pub(super) text: &'a str,
    /// The variable's name.
    pub(super) name: &'a str,
    /// A path into its value.
    pub(super) field: Option<&'a str>,
    /// The format, with its arguments.
    pub(super) format: Option<&'a str>,
    /// Which of the three spellings.
    pub(super) form: Form,
}

/// The three spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `$name`
    Dollar,
    /// `[[name]]`
    Brackets,
    /// `${name}`
    Braces,
}

/// Cuts an expression at its variables, without losing a byte.
pub(super) fn pieces(expr: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(offset) = expr[at..].find(['$', '[']) {
        at += offset;
        match reference(&expr[at..]) {
            None => at += 1,
            Some(reference) => {
                if start < at {
                    found.push(Piece::Text(&expr[start..at]));
                }
                at += reference.text.len();
                start = at;
                found.push(Piece::Variable(reference));
            }
        }
    }
    if start < expr.len() {
        found.push(Piece::Text(&expr[start..]));
    }
    found
}

fn reference(text: &str) -> Option<Reference<'_>> {
    let (form, (name, rest)) = if let Some(inner) = text.strip_prefix("${") {
        (Form::Braces, word(inner)?)
    } else if let Some(inner) = text.strip_prefix("[[") {
        (Form::Brackets, word(inner)?)
    } else {
        (Form::Dollar, word(text.strip_prefix('$')?)?)
    };
    let (field, format, rest) = match form {
        Form::Dollar => (None, None, rest),
        Form::Brackets => {
            let (format, rest) = match rest.strip_prefix(':') {
                Some(rest) => word(rest).map(|(format, rest)| (Some(format), rest))?,
                None => (None, rest),
            };
            (None, format, rest.strip_prefix("]]")?)
        }
        Form::Braces => {
            let (field, rest) = part(rest, '.', &[':', '^', '}'])?;
            let (format, rest) = part(rest, ':', &['}'])?;
            (field, format, rest.strip_prefix('}')?)
        }
    };
    Some(Reference {
        text: &text[..text.len() - rest.len()],
        name,
        field,
        format,
        form,
    })
}

/// A run of word characters, at least one, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// An optional part after `mark`, up to one of `ends`; `None` if the mark stands without a part.
fn part<'a>(text: &'a str, mark: char, ends: &[char]) -> Option<(Option<&'a str>, &'a str)> {
    let Some(rest) = text.strip_prefix(mark) else {
        return Some((None, text));
    };
    let end = rest.find(ends)?;
    (end > 0).then(|| (Some(&rest[..end]), &rest[end..]))
}

/// Whether the text so far ends inside a string of PromQL or LogQL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quote {
    open: Option<char>,
}

impl Quote {
    /// Reads on.
    pub(super) fn pass(&mut self, text: &str) {
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (self.open, c) {
                (Some('"' | '\''), '\\') => {
                    chars.next();
                }
                (Some(open), c) if open == c => self.open = None,
                (None, '"' | '\'' | '`') => self.open = Some(c),
                _ => {}
            }
        }
    }

    /// Inside double quotes, where a backslash must be escaped.
    pub(super) fn is_double(self) -> bool {
        self.open == Some('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(expr: &str) -> Vec<(&str, Option<&str>)> {
        pieces(expr)
            .into_iter()
            .filter_map(|p| match p {
                Piece::Variable(r) => Some((r.name, r.format)),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn the_three_spellings_are_found() {
        assert_eq!(
            names("a{x=\"$job\",y=\"[[pod:csv]]\",z=~\"${route:regex}\"}[$__range]"),
            [
                ("job", None),
                ("pod", Some("csv")),
                ("route", Some("regex")),
                ("__range", None)
            ]
        );
        assert_eq!(names("${v:join:; }"), [("v", Some("join:; "))]);
    }

    #[test]
    fn what_only_looks_like_a_variable_is_text() {
        for expr in [
            "foo$",
            "a[[5m]",
            "x=~\"a$|b\"",
            "${}",
            "${a:}",
            "[[a b]]",
            "$-",
        ] {
            assert_eq!(pieces(expr), [Piece::Text(expr)], "{expr}");
        }
    }

    #[test]
    fn a_field_path_is_kept_apart_from_the_format() {
        let [Piece::Variable(r)] = pieces("${v.text:csv}")[..] else {
            panic!("one variable");
        };
        assert_eq!(
            (r.name, r.field, r.format),
            ("v", Some("text"), Some("csv"))
        );
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(expr in "[a$\\[\\]{}:.é_ ]{0,24}") {
            let whole: String = pieces(&expr)
                .into_iter()
                .map(|p| match p {
                    Piece::Text(t) => t,
                    Piece::Variable(r) => r.text,
                })
                .collect();
            prop_assert_eq!(whole, expr);
        }
    }
}
