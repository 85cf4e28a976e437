//! JSON objects, one a line; the first names the columns and all have the same.

use serde_json::{Map, Value};

use super::{Mistake, Table, check_columns};
use crate::scenario::plan::scalar;

/// Columns and rows of a text; empty lines are left out.
pub(super) fn parse(text: &str) -> Result<Table, Mistake> {
    let mut columns = None;
    let mut rows = Vec::new();
    let lines = text.lines().enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let at = |what| Mistake {
            line: number + 1,
            what,
        };
        let object: Map<String, Value> = serde_json::from_str(line)
            .map_err(|error| at(format!("not a JSON object: {error}")))?;
        let columns = if let Some(columns) = &columns {
            columns
        } else {
            let names: Vec<String> = object.keys().cloned().collect();
            check_columns(&names).map_err(at)?;
            columns.insert(names)
        };
        rows.push(row(columns, &object).map_err(at)?);
    }
    Ok(Table {
        columns: columns.unwrap_or_default(),
        rows,
    })
}

fn row(columns: &[String], object: &Map<String, Value>) -> Result<Vec<Vec<u8>>, String> {
    if let Some(more) = object.keys().find(|name| !columns.contains(name)) {
        return Err(format!(
            "`{more}` is not in the first row; name it there too"
        ));
    }
    let value = |name: &String| {
        let value = object.get(name).ok_or_else(|| {
            format!("no value for `{name}`; write an empty text if that is meant")
        })?;
        scalar(value)
            .map(String::into_bytes)
            .ok_or_else(|| format!("`{name}` is neither text nor number nor boolean"))
    };
    columns.iter().map(value).collect()
}
