//! A comparison for the terminal.

use tabled::builder::Builder;
use tabled::settings::Style;

use super::Comparison;
use super::bad::BadShare;
use super::refusal::Refusal;
use super::rows::{Change, Row};
use crate::report::format;

/// The whole text.
pub(super) fn text(comparison: &Comparison) -> String {
    let names = format!(
        "{}\n  against {}\n",
        comparison.current, comparison.baseline
    );
    if comparison.refused.is_empty() {
        format!(
            "{}  {names}\n{}\n\n{}\n",
            comparison.outcome.title(),
            table(comparison),
            comparison.sentence()
        )
    } else {
        let reasons: Vec<String> = comparison.refused.iter().map(reason).collect();
        format!("REFUSED  {names}\n{}", reasons.join("\n"))
    }
}

fn table(comparison: &Comparison) -> String {
    let mut table = Builder::default();
    table.push_record([
        "route",
        "",
        "current",
        "baseline",
        "delta",
        "",
        "tolerance",
        "",
    ]);
    // Each route's percentiles, and its share of bad outcomes after them.
    for bad in &comparison.bad {
        let rows = comparison.rows.iter().filter(|row| row.route == bad.route);
        rows.for_each(|row| table.push_record(percentile(row)));
        table.push_record(bad_share(bad));
    }
    let table = table.build().with(Style::blank()).to_string();
    let lines = table.lines().map(|line| format!(" {}", line.trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}

fn percentile(row: &Row) -> [String; 8] {
    let mark = match row.change {
        Change::Regression => "✖ slower",
        Change::Improvement => "faster",
        Change::Same => "",
        Change::Unknown if row.current_at_least || row.baseline_at_least => "? among time-outs",
        Change::Unknown => "? too few samples",
    };
    // What the difference is at least, or at most.
    let bound = match (row.current_at_least, row.baseline_at_least) {
        (true, _) => "≥ ",
        (_, true) => "≤ ",
        _ => "",
    };
    let share = row
        .delta
        .map(|share| format!("{bound}{:+.1} %", share * 100.0));
    [
        row.route.clone(),
        row.percentile.to_owned(),
        ms(row.current_ms, row.current_at_least),
        ms(row.baseline_ms, row.baseline_at_least),
        row.delta_ms
            .map_or_else(nothing, |delta| format!("{bound}{delta:+.2} ms")),
        share.unwrap_or_else(nothing),
        row.tolerance_ms
            .map_or_else(nothing, |most| format!("± {most:.2} ms")),
        mark.to_owned(),
    ]
}

fn bad_share(bad: &BadShare) -> [String; 8] {
    let mark = match bad.change {
        Change::Regression => "✖ worse",
        Change::Improvement => "better",
        Change::Same => "",
        Change::Unknown => "? no requests",
    };
    let points = |share: f64| share * 100.0;
    [
        bad.route.clone(),
        "bad".to_owned(),
        format::maybe_share(bad.current),
        format::maybe_share(bad.baseline),
        bad.delta
            .map_or_else(nothing, |delta| format!("{:+.2} pp", points(delta))),
        nothing(),
        bad.tolerance
            .map_or_else(nothing, |most| format!("± {:.2} pp", points(most))),
        mark.to_owned(),
    ]
}

fn ms(value: Option<f64>, at_least: bool) -> String {
    let bound = if at_least { "≥ " } else { "" };
    value.map_or_else(nothing, |ms| format!("{bound}{ms:.2} ms"))
}

fn nothing() -> String {
    format::ABSENT.to_owned()
}

fn reason(refusal: &Refusal) -> String {
    format!(
        "  {}\n      current     {}\n      baseline    {}\n      change      {}\n",
        refusal.about.replace('_', " "),
        refusal.current,
        refusal.baseline,
        refusal.remedy
    )
}
