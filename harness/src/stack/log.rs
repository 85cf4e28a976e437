//! Reading the log files of children: for error messages only, never to decide.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Only this much of the end of a log is read.
const TAIL_BYTES: u64 = 64 * 1024;

/// The last `lines` lines, joined; empty if the file is missing or empty.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    tail_since(path, 0, lines)
}

/// The last `lines` of the lines written from byte `offset` on.
pub(crate) fn tail_since(path: &Path, offset: u64, lines: usize) -> String {
    let start = size(path).saturating_sub(TAIL_BYTES).max(offset);
    let text = since(path, start).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// The present length in bytes; 0 if the file is missing.
pub(crate) fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}

/// What was written from byte `offset` on.
pub(crate) fn since(path: &Path, offset: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lines in logfmt with level error, from byte `offset` on.
pub(crate) fn errors_since(path: &Path, offset: u64) -> Vec<String> {
    since(path, offset)
        .unwrap_or_default()
        .lines()
        .filter(|line| line.contains("level=error") || line.contains("level=ERROR"))
        .map(|line| field(line, "err").unwrap_or_else(|| line.to_owned()))
        .collect()
}

/// The part of an error that is about a file below `dir`, from the file's name on; `None` if there
/// is none. Servers wrap the same path into their messages several times, the last time before the
/// reason.
pub(crate) fn about_file(error: &str, dir: &Path) -> Option<String> {
    let dir = format!("{}/", dir.display());
    error
        .rfind(&dir)
        .map(|at| error[at + dir.len()..].to_owned())
}

/// The value of a quoted logfmt field, unescaped.
fn field(line: &str, name: &str) -> Option<String> {
    let start = line.find(&format!(" {name}=\""))? + name.len() + 3;
    let mut value = String::new();
    let mut chars = line[start..].chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some(value),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_err_field_of_a_logfmt_line_is_unescaped() {
        let line =
            r#"time=x level=ERROR msg="loading groups failed" err="a.yaml: group \"g\": bad" n=1"#;
        assert_eq!(
            field(line, "err").as_deref(),
            Some(r#"a.yaml: group "g": bad"#)
        );
    }

    #[test]
    fn an_error_is_told_from_the_name_of_the_file_on() {
        let error = "failed to list: error parsing /w/rules/a.yaml: /w/rules/a.yaml: syntax error";
        let told = about_file(error, Path::new("/w/rules"));
        assert_eq!(told.as_deref(), Some("a.yaml: syntax error"));
        assert_eq!(about_file("empty ring", Path::new("/w/rules")), None);
    }

    #[test]
    fn the_tail_of_a_missing_file_is_empty() {
        assert_eq!(tail(Path::new("/nonexistent"), 3), "");
    }

    #[test]
    fn the_tail_holds_the_last_lines() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one\ntwo\nthree\n").unwrap();
        assert_eq!(tail(file.path(), 2), "two\nthree");
    }
}
