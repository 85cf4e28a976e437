//! The first line and what it means, and the last one.

use std::fmt::Write as _;

use super::style::{Style, Tone};
use crate::model::{Hop, VerdictOutcome};
use crate::report::document::Document;
use crate::report::format::{count, plain};

/// `PASS  20-error-burst   14 of 14 checks   17,000 requests, every one accounted for`, then the sentence.
pub(super) fn render(doc: &Document, style: Style) -> String {
    let outcome = doc.verdict.outcome;
    let tone = match outcome {
        VerdictOutcome::Pass => Tone::Good,
        VerdictOutcome::Fail => Tone::Bad,
        VerdictOutcome::Invalid => Tone::Doubt,
    };
    let mut text = format!(
        "{}  {}   {}   {}\n",
        style.paint(tone, outcome.title()),
        style.paint(Tone::Strong, &plain(&doc.scenario.name)),
        checks(doc),
        requests(doc)
    );
    if outcome != VerdictOutcome::Pass {
        text.push_str("  ");
        text.push_str(&style.wrap(&plain(&doc.verdict.sentence), 2, 2));
        text.push('\n');
    }
    if outcome == VerdictOutcome::Invalid && doc.verdict.counts.inconclusive > 0 {
        let note = "Nothing is proved and nothing is disproved by this run: below stands what could not be \
                    trusted, what that means, and what to change.";
        text.push_str("  ");
        text.push_str(&style.paint(Tone::Quiet, &style.wrap(note, 2, 2)));
        text.push('\n');
    }
    text
}

/// `14 of 14 checks`, and what became of the others.
fn checks(doc: &Document) -> String {
    let c = doc.verdict.counts;
    if c.pass + c.fail + c.inconclusive == 0 {
        return "no checks".to_owned();
    }
    let mut text = format!("{} of {} checks", c.pass, c.pass + c.fail + c.inconclusive);
    for (n, word) in [(c.fail, "failed"), (c.inconclusive, "undecided")] {
        if n > 0 {
            let _ = write!(text, ", {n} {word}");
        }
    }
    text
}

/// `17,000 requests, every one accounted for`.
fn requests(doc: &Document) -> String {
    let generator = &doc.instrument.generator;
    let planned = count(generator.planned);
    if generator.planned == 0 {
        return "no requests".to_owned();
    }
    if generator.sent < generator.planned {
        return format!("{} of {planned} requests sent", count(generator.sent));
    }
    let closed = doc
        .routes
        .iter()
        .all(|r| r.outcomes.values().sum::<u64>() == r.planned && r.good + r.bad == r.planned);
    let load_is_good = doc
        .chain
        .iter()
        .any(|hop| hop.hop == Hop::Load && hop.status == "pass");
    if closed && load_is_good {
        format!("{planned} requests, every one accounted for")
    } else {
        format!("{planned} requests")
    }
}

/// How to repeat a run that did not pass; empty for one that did.
pub(super) fn advice(doc: &Document, style: Style) -> String {
    let command = plain(&doc.scenario.command);
    if doc.verdict.outcome == VerdictOutcome::Pass || command.is_empty() {
        return String::new();
    }
    format!("  {}  {command}\n", style.paint(Tone::Quiet, "repeat it"))
}
