//! A comparison for the terminal.

use tabled::builder::Builder;
use tabled::settings::Style;

use super::Comparison;
use super::refusal::Refusal;
use super::rows::{Change, Row};

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
            rows(&comparison.rows),
            comparison.sentence()
        )
    } else {
        let reasons: Vec<String> = comparison.refused.iter().map(reason).collect();
        format!("REFUSED  {names}\n{}", reasons.join("\n"))
    }
}

fn rows(rows: &[Row]) -> String {
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
    for row in rows {
        let mark = match row.change {
            Change::Regression => "✖ slower",
            Change::Improvement => "faster",
            Change::Same => "",
            Change::Unknown => "too few samples, or time-outs",
        };
        let share = row.delta.map(|share| format!("{:+.1} %", share * 100.0));
        table.push_record([
            row.route.clone(),
            row.percentile.to_owned(),
            ms(row.current_ms),
            ms(row.baseline_ms),
            row.delta_ms
                .map_or_else(nothing, |delta| format!("{delta:+.2} ms")),
            share.unwrap_or_else(nothing),
            row.tolerance_ms
                .map_or_else(nothing, |most| format!("± {most:.2} ms")),
            mark.to_owned(),
        ]);
    }
    let table = table.build().with(Style::blank()).to_string();
    let lines = table.lines().map(|line| format!(" {}", line.trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}

fn ms(value: Option<f64>) -> String {
    value.map_or_else(nothing, |ms| format!("{ms:.2} ms"))
}

fn nothing() -> String {
    "–".to_owned()
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
