//! Comma-separated values (RFC 4180): quoted fields may hold commas, doubled quotes and line ends.

use super::{Mistake, Table, check_columns};

/// Columns and rows of a text; empty lines are left out.
pub(super) fn parse(text: &str) -> Result<Table, Mistake> {
    let mut reader = Reader {
        rest: text,
        line: 1,
    };
    let mut columns: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    loop {
        let line = reader.line;
        let at = |what: String| Mistake { line, what };
        let Some(row) = reader.row().map_err(|what| at(what.to_owned()))? else {
            break;
        };
        match &columns {
            _ if row == [""] => {}
            None => {
                check_columns(&row).map_err(at)?;
                columns = Some(row);
            }
            Some(columns) if columns.len() == row.len() => {
                rows.push(row.into_iter().map(String::into_bytes).collect());
            }
            Some(columns) => {
                return Err(at(format!(
                    "{} values for {} columns; quote a value that holds a comma",
                    row.len(),
                    columns.len()
                )));
            }
        }
    }
    Ok(Table {
        columns: columns.unwrap_or_default(),
        rows,
    })
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// The fields up to the end of a line; `None` at the end of the text.
    fn row(&mut self) -> Result<Option<Vec<String>>, &'static str> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut row = Vec::new();
        loop {
            row.push(self.field()?);
            let separator = self.rest.chars().next();
            self.rest = &self.rest[separator.map_or(0, char::len_utf8)..];
            if separator != Some(',') {
                self.line += 1;
                return Ok(Some(row));
            }
        }
    }

    /// A field; what is left begins with its separator.
    fn field(&mut self) -> Result<String, &'static str> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
            let (field, rest) = self.rest.split_at(end);
            self.rest = rest;
            let ends_line = !rest.starts_with(',');
            let field = if ends_line {
                field.strip_suffix('\r').unwrap_or(field)
            } else {
                field
            };
            return Ok(field.to_owned());
        };
        self.rest = quoted;
        let mut field = String::new();
        loop {
            let end = self.rest.find('"').ok_or("a quote is not closed")?;
            field.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('"') {
                Some(rest) => {
                    field.push('"');
                    self.rest = rest;
                }
                None => break,
            }
        }
        self.line += field.matches('\n').count();
        if let Some(rest) = self.rest.strip_prefix('\r')
            && (rest.is_empty() || rest.starts_with('\n'))
        {
            self.rest = rest;
        }
        if self.rest.is_empty() || self.rest.starts_with([',', '\n']) {
            Ok(field)
        } else {
            Err("text behind a closing quote; double the quotes within a value")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::vec(prop::collection::vec("[a-z,\"\r\n é]{0,6}", 2), 1..8),
            crlf: bool,
            last: bool,
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let quote = |value: &String| {
                let plain = !value.contains(['"', ',', '\r', '\n']);
                if plain { value.clone() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
            };
            let lines: Vec<String> = rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",")).collect();
            let text = format!("one,two{end}{}{}", lines.join(end), if last { end } else { "" });
            let Ok(Table { columns, rows: read }) = parse(&text) else { panic!("{text:?}") };
            let rows: Vec<Vec<Vec<u8>>> = rows.iter().map(|row| row.iter().map(|v| v.clone().into_bytes()).collect()).collect();
            prop_assert_eq!(columns, ["one", "two"]);
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn no_text_is_too_odd(text in "[a,\"\r\n]{0,30}") {
            let _ = parse(&text);
        }
    }
}
