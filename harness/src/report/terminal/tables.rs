//! The tables: routes, hops and objectives.

use tabled::Table;
use tabled::builder::Builder;
use tabled::settings::object::{Cell, Columns, Object, Rows};
use tabled::settings::{Alignment, Color, Padding, Style as Border};

use super::style::{RESET, Style, Tone, fill};
use crate::report::document::Document;
use crate::report::format::{count, lines, maybe_share, plain, target, told_millis};
use crate::report::story::mark;

/// Spaces before a table, and between two columns.
const INDENT: &str = "  ";
const GAP: usize = 3;

/// Per route over the measured phases.
pub(super) fn routes(doc: &Document, style: Style) -> String {
    let head = [
        "route", "planned", "ok", "bad", "p50", "p90", "p95", "p99", "max",
    ];
    let rows = doc.routes.iter().map(|r| {
        let p = &r.response;
        let mut row = vec![
            plain(&r.route),
            count(r.planned),
            count(r.good),
            count(r.bad),
        ];
        row.extend(p.told().map(told_millis));
        row
    });
    let Some(mut table) = build(&head, rows.collect()) else {
        return String::new();
    };
    table.modify(Columns::new(1..), Alignment::right());
    print(table, style)
}

/// What each hop says beside what the ledger says.
pub(super) fn hops(doc: &Document, style: Style) -> String {
    // Only sentences are broken: a broken name is no name.
    let names = doc.hops.iter().map(|row| row.hop.chars().count()).max();
    let rest = style
        .width
        .saturating_sub(INDENT.len() + names.unwrap_or(0) + GAP);
    let width = (rest / 3).saturating_sub(GAP).max(12);
    let sentence = |text: &str| fill(text, width, 0, 0);
    let rows = doc.hops.iter().map(|row| {
        vec![
            plain(&row.hop),
            sentence(&plain(&row.says)),
            sentence(&plain(&row.ledger_says)),
            sentence(&format!("{} {}", mark(&row.status), plain(&row.verdict))),
        ]
    });
    let Some(mut table) = build(&["hop", "says", "ledger says", "verdict"], rows.collect()) else {
        return String::new();
    };
    if style.colour {
        for (index, row) in doc.hops.iter().enumerate() {
            let tone = Tone::of(&row.status);
            table.modify(Cell::new(index + 1, 3), Color::new(tone.start(), RESET));
        }
    }
    print(table, style)
}

/// Objectives with the budget that these events left.
pub(super) fn objectives(doc: &Document, style: Style) -> String {
    let head = [
        "objective",
        "target",
        "achieved",
        "bad events",
        "budget left",
        "expected",
    ];
    let rows = doc.objectives.iter().map(|o| {
        vec![
            plain(&o.name),
            target(o.target),
            maybe_share(o.achieved),
            format!("{} of {}", count(o.bad), count(o.total)),
            maybe_share(o.budget_left),
            plain(&o.expected),
        ]
    });
    let Some(mut table) = build(&head, rows.collect()) else {
        return String::new();
    };
    table.modify(Columns::new(1..).not(Columns::last()), Alignment::right());
    print(table, style)
}

/// `None` without rows: a table of nothing says nothing.
fn build(head: &[&str], rows: Vec<Vec<String>>) -> Option<Table> {
    if rows.is_empty() {
        return None;
    }
    let mut builder = Builder::default();
    builder.push_record(head.iter().copied());
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    table.with(Border::empty()).with(Padding::new(0, GAP, 0, 0));
    Some(table)
}

fn print(mut table: Table, style: Style) -> String {
    if style.colour {
        table.modify(Rows::first(), Color::new(Tone::Quiet.start(), RESET));
    }
    let table = table.to_string();
    lines(
        table
            .lines()
            .map(|line| format!("{INDENT}{}", line.trim_end())),
    )
}
