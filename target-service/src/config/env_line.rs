//! One line of a settings file.

/// A setting as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) value: String,
}

/// What is wrong with a line. The texts hold no value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LineError {
    #[error("is no NAME=VALUE; write one or begin the line with #")]
    NoSetting,
    #[error("{0} has no closing quote; add it")]
    Unclosed(String),
    #[error("{0} has text after its closing quote; quote it all")]
    AfterQuote(String),
}

/// `[export ]NAME=VALUE`, the value as it stands, in `'..'` as it stands, or in `".."` with `\"` and `\\`.
/// A `#` at the start of the line or after a blank begins a comment. `None`: nothing but that.
pub(super) fn parse(line: &str) -> Result<Option<Line>, LineError> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let setting = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    };
    let (name, value) = setting.split_once('=').ok_or(LineError::NoSetting)?;
    let name = name.trim_end();
    let is_part = |c: char| c.is_ascii_alphanumeric() || ['_', '-', '.'].contains(&c);
    if name.is_empty() || !name.chars().all(is_part) {
        return Err(LineError::NoSetting);
    }
    let value = match value.trim_start() {
        quoted if quoted.starts_with(['"', '\'']) => unquote(name, quoted)?,
        _ => plain(value).to_owned(),
    };
    let name = name.to_owned();
    Ok(Some(Line { name, value }))
}

/// Up to a comment.
fn plain(value: &str) -> &str {
    let mut blanks = value.match_indices([' ', '\t']);
    let comment = blanks.find(|(i, _)| value[i + 1..].starts_with('#'));
    value[..comment.map_or(value.len(), |(i, _)| i)].trim()
}

fn unquote(name: &str, quoted: &str) -> Result<String, LineError> {
    let mut chars = quoted.chars();
    let quote = chars.next();
    let mut value = String::new();
    loop {
        match chars.next() {
            None => return Err(LineError::Unclosed(name.to_owned())),
            end if end == quote => break,
            Some('\\') if quote == Some('"') => match chars.next() {
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                Some(other) => value.extend(['\\', other]),
                None => return Err(LineError::Unclosed(name.to_owned())),
            },
            Some(other) => value.push(other),
        }
    }
    let rest = chars.as_str().trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(value);
    }
    Err(LineError::AfterQuote(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    fn value(line: &str) -> Option<String> {
        let line = parse(line).expect(line)?;
        assert_eq!(line.name, "A_1");
        Some(line.value)
    }

    #[test]
    fn a_value_is_what_stands_there_without_comment_and_quotes() {
        for (line, expected) in [
            ("A_1=b", "b"),
            ("  export\tA_1 = b c  ", "b c"),
            ("A_1=", ""),
            ("A_1= # nothing", ""),
            ("A_1=a#b # c", "a#b"),
            ("A_1=a=b", "a=b"),
            ("A_1='it # stays \\n'  # so", "it # stays \\n"),
            (r#"A_1="say \"hi\" \\ \n""#, r#"say "hi" \ \n"#),
            ("A_1=''", ""),
            ("A_1=it's", "it's"),
            ("A_1=$HOME", "$HOME"),
        ] {
            assert_eq!(value(line).as_deref(), Some(expected), "{line}");
        }
        for nothing in ["", "  ", "# A_1=b", "   # c"] {
            assert_eq!(value(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_line_that_is_no_setting_is_told_why() {
        for line in ["A", "=b", "A B=c", "export", "export =b", "ä=b", "A'=b"] {
            assert_eq!(parse(line), Err(LineError::NoSetting), "{line}");
        }
        for line in ["A='b", "A=\"b\\\"", "A='b\"", "A=\""] {
            assert_eq!(parse(line), Err(LineError::Unclosed("A".into())), "{line}");
        }
        assert_eq!(parse("A='b'c"), Err(LineError::AfterQuote("A".into())));
    }

    proptest! {
        #[test]
        fn any_value_can_be_written(value in "[^\n\r\0]*") {
            let escaped = value.replace('\\', r"\\").replace('"', r#"\""#);
            let line = parse(&format!("A=\"{escaped}\"")).expect("a line").expect("a setting");
            prop_assert_eq!(line.value, value);
        }

        #[test]
        fn no_line_is_beyond_it(line in ".*") {
            let _ = parse(&line);
        }
    }
}
