//! Times and tables of the SLO commands.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Padding, Style};

pub(super) use crate::slo::words::span;

/// [`span`], or `never`.
pub(super) fn maybe_span(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "never".to_owned(), span)
}

/// A table without lines, its first column to the left and all others to the right.
pub(super) fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut builder = Builder::default();
    builder.push_record(head.iter().copied());
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 3, 0, 0));
    table.modify(Columns::new(1..), Alignment::right());
    let lines: Vec<String> = table
        .to_string()
        .lines()
        .map(|line| format!("  {}", line.trim_end()))
        .collect();
    lines.join("\n")
}
