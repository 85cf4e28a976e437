//! Files of values for requests: comma-separated (`.csv`) or a JSON object a line (`.jsonl`).

mod csv;
mod json_lines;

use crate::model::{Diagnostic, Source, Span};

/// Longest file that is read: its values are kept in memory.
pub(super) const LONGEST: u64 = 64 << 20;

/// Columns and rows as a file has them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// Names of the columns, each once.
    pub(super) columns: Vec<String>,
    /// Values by row and column.
    pub(super) rows: Vec<Vec<Vec<u8>>>,
}

/// A mistake in a text, by its line.
struct Mistake {
    line: usize,
    what: String,
}

/// Whether a file's name says how to read it.
pub(super) fn is_known_kind(file: &str) -> bool {
    parser(file).is_some()
}

/// Reads a file; a table that comes back has at least one row, and if none does, the mistake is among those found.
pub(super) fn parse(source: &Source, found: &mut Vec<Diagnostic>) -> Option<Table> {
    let parse = parser(&source.file).unwrap_or(csv::parse);
    match parse(&source.text) {
        Ok(table) if table.rows.is_empty() => {
            let message = "there is no row in this file: it has no values to give";
            found.push(Diagnostic::whole_file(&source.file, message));
            None
        }
        Ok(table) => Some(table),
        Err(mistake) => {
            found.push(source.mistake(line(&source.text, mistake.line), mistake.what));
            None
        }
    }
}

type Parser = fn(&str) -> Result<Table, Mistake>;

fn parser(file: &str) -> Option<Parser> {
    match std::path::Path::new(file).extension()?.to_str()? {
        "csv" => Some(csv::parse),
        "jsonl" | "ndjson" => Some(json_lines::parse),
        _ => None,
    }
}

/// The stretch of a line, counted from 1.
fn line(text: &str, number: usize) -> Span {
    let start: usize = text
        .split_inclusive('\n')
        .take(number.saturating_sub(1))
        .map(str::len)
        .sum();
    let length = text[start..].lines().next().unwrap_or_default().len();
    Span {
        start,
        end: start + length,
    }
}

/// Names must be there, and each once: a placeholder stands for one value.
fn check_columns(columns: &[String]) -> Result<(), String> {
    for (i, name) in columns.iter().enumerate() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(word) {
            return Err(format!(
                "column `{name}` cannot be a placeholder; use letters, digits and underscores"
            ));
        }
        if columns[..i].contains(name) {
            return Err(format!("column `{name}` is there twice; rename one"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> Result<Table, String> {
        let source = Source {
            file: file.into(),
            text: text.into(),
        };
        let mut found = Vec::new();
        let table = parse(&source, &mut found);
        let told = found
            .iter()
            .map(|d| format!("{}:{}: {}", d.file, d.line, d.message));
        table.ok_or_else(|| told.collect())
    }

    #[test]
    fn both_kinds_of_files_give_the_same_rows() {
        let csv = read("a.csv", "id,user\r\n1,ann\r\n2,\"bo, b\"\r\n").unwrap();
        let lines = "{\"user\":\"ann\",\"id\":1}\n\n{\"id\":2,\"user\":\"bo, b\"}\n";
        assert_eq!(read("a.jsonl", lines).unwrap(), csv);
        assert_eq!(csv.columns, ["id", "user"]);
        assert_eq!(csv.rows[1], [b"2".to_vec(), b"bo, b".to_vec()]);
    }

    #[test]
    fn mistakes_name_the_file_the_line_and_the_remedy() {
        for (name, text, told) in [
            ("a.csv", "a,b\n1,2\n3\n", "a.csv:3: 1 values for 2 columns"),
            ("a.csv", "a\n\"1\n2\n", "a.csv:2: a quote is not closed"),
            (
                "a.csv",
                "a\n\"1\"2\n",
                "a.csv:2: text behind a closing quote",
            ),
            ("a.csv", "a,a\n1,2\n", "a.csv:1: column `a` is there twice"),
            (
                "a.csv",
                "a b\n1\n",
                "a.csv:1: column `a b` cannot be a placeholder",
            ),
            ("a.csv", "a\n", "a.csv:0: there is no row"),
            ("a.csv", "", "a.csv:0: there is no row"),
            ("a.jsonl", "{\"a\":1}\n{}\n", "a.jsonl:2: no value for `a`"),
            (
                "a.jsonl",
                "{\"a\":1}\n{\"a\":1,\"b\":1}\n",
                "a.jsonl:2: `b` is not in the first row",
            ),
            (
                "a.jsonl",
                "{\"a\":[]}\n",
                "a.jsonl:1: `a` is neither text nor number nor boolean",
            ),
            ("a.jsonl", "[1]\n", "a.jsonl:1: not a JSON object"),
            ("a.jsonl", "{\"a\":1}\n{\n", "a.jsonl:2: not a JSON object"),
        ] {
            let error = read(name, text).unwrap_err();
            assert!(error.starts_with(told), "{text:?}: {error}");
        }
        assert!(!is_known_kind("a.txt"));
    }
}
