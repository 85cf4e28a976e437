//! The terminal's view.

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Object as _};
use tabled::settings::peaker::Priority;
use tabled::settings::{Alignment, Padding, Style as Border, Width};

use super::document::CapacityDocument;
use super::story::{purpose, rate, title, verdict};
use crate::capacity::Conclusion;
use crate::report::format::{lines, maybe_share, plain, told_millis};
use crate::report::terminal::{Style, Tone};

/// Spaces before the table.
const INDENT: &str = "  ";

/// The answer, what must be known of it, and every step.
pub fn summary(doc: &CapacityDocument, style: Style) -> String {
    let tone = match doc.answer.conclusion {
        Conclusion::Found | Conclusion::AtLeastLimit => Tone::Good,
        Conclusion::NotHeld => Tone::Bad,
        _ => Tone::Doubt,
    };
    let word = title(doc.answer.conclusion);
    let first = word.len() + 2;
    let mut text = format!(
        "{}  {}\n",
        style.paint(tone, word),
        style.wrap(&plain(&doc.sentence), first, 2)
    );
    for note in &doc.notes {
        text.push_str("  ");
        text.push_str(&style.wrap(&plain(note), 2, 4));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&table(doc, style));
    text
}

fn table(doc: &CapacityDocument, style: Style) -> String {
    let mut rows = Builder::default();
    rows.push_record([
        "",
        "",
        "offered",
        "achieved",
        "p50",
        "p95",
        "p99",
        "bad",
        "valid",
        "objective",
    ]);
    for step in &doc.steps {
        let [p50, _, p95, p99, _] = step.response.told().map(told_millis);
        let valid = step.judged != crate::capacity::Judged::Invalid;
        rows.push_record([
            step.number.to_string(),
            purpose(step.purpose).to_owned(),
            rate(step.rate),
            rate(step.achieved),
            p50,
            p95,
            p99,
            maybe_share(step.bad_share),
            if valid { "✔" } else { "✘" }.to_owned(),
            plain(&verdict(step)),
        ]);
    }
    let mut table = rows.build();
    table.with(Border::empty()).with(Padding::new(0, 3, 0, 0));
    table.modify(Columns::new(2..).not(Columns::last()), Alignment::right());
    // Only the reason is broken: a broken number is another number.
    let width = style.width.saturating_sub(INDENT.len()).max(40);
    let wrap = Width::wrap(width).keep_words(true);
    table.with(wrap.priority(Priority::max(true)));
    lines(
        table
            .to_string()
            .lines()
            .map(|line| format!("{INDENT}{}", line.trim_end())),
    )
}
