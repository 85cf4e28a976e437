//! Rows of values from a file, one for each arrival: which row is a pure function of seed and arrival number.

mod csv;
mod json_lines;

use std::path::{Path, PathBuf};

use super::draw::{Stream, unit};

/// Longest file that is read: it is kept in memory.
const LONGEST: u64 = 64 << 20;

/// In which order rows are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As they stand, and again from the first.
    #[default]
    Sequence,
    /// Each as likely as any other, by the seed.
    Random,
}

/// The rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feeder {
    columns: Vec<String>,
    rows: Vec<Vec<Vec<u8>>>,
    order: Order,
}

/// Columns and rows as a file has them.
type Table = (Vec<String>, Vec<Vec<Vec<u8>>>);

/// Why a file gives no rows.
#[derive(Debug, thiserror::Error)]
pub enum FeederError {
    /// Not to be read.
    #[error("cannot read the feeder file {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Too long.
    #[error(
        "the feeder file {path} has {bytes} bytes; at most {} are kept in memory, so take fewer rows",
        LONGEST
    )]
    TooLong {
        /// Which.
        path: PathBuf,
        /// How long.
        bytes: u64,
    },
    /// Neither kind.
    #[error("the feeder file {path} must end in .csv or .jsonl, which says how to read it")]
    Kind {
        /// Which.
        path: PathBuf,
    },
    /// A mistake in it.
    #[error("{path}:{line}: {what}")]
    Mistake {
        /// Where.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong, and the remedy.
        what: String,
    },
    /// Nothing in it.
    #[error("the feeder file {path} has no rows")]
    Empty {
        /// Which.
        path: PathBuf,
    },
}

/// A mistake in a text, by its line.
struct Mistake {
    line: usize,
    what: String,
}

impl Feeder {
    /// Reads a file of comma-separated values (`.csv`, its first row names the columns) or of JSON objects, one a line
    /// (`.jsonl`).
    pub fn read(path: &Path, order: Order) -> Result<Self, FeederError> {
        let unreadable = |source| FeederError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
        if bytes > LONGEST {
            return Err(FeederError::TooLong {
                path: path.to_owned(),
                bytes,
            });
        }
        let parse = match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => csv::parse,
            Some("jsonl" | "ndjson") => json_lines::parse,
            _ => {
                return Err(FeederError::Kind {
                    path: path.to_owned(),
                });
            }
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        // Spreadsheets write a byte order mark, which would become part of the first name.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let (columns, rows) = parse(text).map_err(|mistake| FeederError::Mistake {
            path: path.to_owned(),
            line: mistake.line,
            what: mistake.what,
        })?;
        if rows.is_empty() {
            return Err(FeederError::Empty {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            columns,
            rows,
            order,
        })
    }

    /// Names of the columns: the placeholders that its values stand for.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The values of arrival `i`, in the order of the columns.
    pub fn row(&self, seed: u64, i: u64) -> &[Vec<u8>] {
        let count = self.rows.len() as u64;
        let number = match self.order {
            Order::Sequence => i % count,
            Order::Random => ((unit(seed, Stream::Feeder, i) * count as f64) as u64).min(count - 1),
        };
        &self.rows[number as usize]
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

    fn read(name: &str, text: &str, order: Order) -> Result<Feeder, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Feeder::read(&path, order).map_err(|error| error.to_string())
    }

    #[test]
    fn both_kinds_of_files_give_the_same_rows() {
        let csv = read(
            "a.csv",
            "\u{feff}id,user\r\n1,ann\r\n2,\"bo, b\"\r\n",
            Order::Sequence,
        )
        .unwrap();
        let lines = "{\"user\":\"ann\",\"id\":1}\n\n{\"id\":2,\"user\":\"bo, b\"}\n";
        assert_eq!(read("a.jsonl", lines, Order::Sequence).unwrap(), csv);
        assert_eq!(csv.columns(), ["id", "user"]);
        assert_eq!(csv.row(1, 3), [b"2".to_vec(), b"bo, b".to_vec()]);
    }

    #[test]
    fn random_rows_repeat_with_the_seed_and_come_all() {
        let feeder = read("a.csv", "n\n0\n1\n2\n3\n", Order::Random).unwrap();
        let drawn = |seed| {
            let rows = (0..400).map(|i| String::from_utf8(feeder.row(seed, i)[0].clone()).unwrap());
            rows.collect::<Vec<String>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        for row in ["0", "1", "2", "3"] {
            let count = drawn(1).iter().filter(|drawn| *drawn == row).count();
            assert!((60..140).contains(&count), "row {row}: {count} of 400");
        }
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
            ("a.csv", "a\n", "a.csv has no rows"),
            ("a.csv", "", "a.csv has no rows"),
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
            ("a.txt", "a\n1\n", "must end in .csv or .jsonl"),
        ] {
            let error = read(name, text, Order::Sequence).unwrap_err();
            assert!(error.contains(told), "{text:?}: {error}");
        }
    }
}
