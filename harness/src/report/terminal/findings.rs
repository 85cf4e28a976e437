//! Findings that a stranger can act on.

use std::fmt::Write as _;

use super::style::{Style, Tone};
use crate::model::{Finding, Hop, Status};
use crate::report::document::Document;
use crate::report::format::{counted, evidence_file, lines, plain};
use crate::report::story::{Story, Told, mark};

/// Where the texts of a finding begin.
const TEXT: usize = 18;

/// A finding in full, and in one dimmed line each what follows from it.
pub(super) fn told(told: &Told<'_>, style: Style) -> String {
    let f = told.finding;
    let tone = Tone::of(f.status.word());
    let mut out = format!(
        "  {} {}   {}\n",
        style.paint(tone, mark(f.status.word())),
        style.paint(Tone::Strong, &f.check.to_string()),
        plain(&f.subject)
    );
    // A doubt is told in other words than a lie: nobody is accused.
    let labels = match f.status {
        Status::Inconclusive => ["needed", "found", "means", "change"],
        _ => ["expected", "observed", "so", "try"],
    };
    for (label, text) in labels
        .into_iter()
        .zip([&f.expected, &f.observed, &f.summary, &f.hint])
    {
        line(&mut out, label, &plain(text), style);
    }
    let evidence: Vec<String> = f.evidence.iter().map(|id| evidence_file(*id)).collect();
    line(&mut out, "evidence", &evidence.join(" "), style);
    let explain = format!("sloproof explain {}", f.check);
    line(&mut out, "explain", &explain, style);
    for follower in &told.followers {
        let text = format!(
            "follows from it: {} {} ({})",
            follower.check,
            plain(&follower.subject),
            plain(&follower.summary)
        );
        let text = style.wrap(&text, 4, 6);
        let _ = writeln!(out, "    {}", style.paint(Tone::Quiet, &text));
    }
    out
}

fn line(out: &mut String, label: &str, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    let label = style.paint(Tone::Quiet, &format!("{label:<12}"));
    let text = style.wrap(text, TEXT, TEXT);
    let _ = writeln!(out, "      {label}{text}");
}

/// Everything that is told without changing the verdict.
pub(super) fn warnings(doc: &Document, story: &Story<'_>, style: Style) -> String {
    let of_findings = story.warnings.iter().map(|f| {
        let hint = if f.hint.is_empty() {
            String::new()
        } else {
            format!("; try: {}", f.hint)
        };
        format!("{} {}: {}{hint}", f.check, f.subject, f.summary)
    });
    let of_generator = doc
        .instrument
        .warnings
        .iter()
        .map(|w| format!("generator: {w}"));
    let of_waiting = doc
        .timeline
        .unsettled
        .iter()
        .map(|w| format!("did not settle: {w}"));
    let all = of_findings.chain(of_generator).chain(of_waiting);
    lines(all.map(|text| {
        let mark = style.paint(Tone::Doubt, mark("warning"));
        format!("  {mark} {}", style.wrap(&plain(&text), 4, 4))
    }))
}

/// One dimmed line per note on the instrument, and per reason for which something was skipped.
pub(super) fn aside(doc: &Document, story: &Story<'_>, style: Style) -> String {
    let quiet = |text: String| {
        let text = style.wrap(&text, 4, 4);
        format!("  {}", style.paint(Tone::Quiet, &format!("– {text}")))
    };
    let notes = doc.instrument.notes.iter();
    let notes = notes.map(|note| format!("note: {}", plain(note)));
    // Where no telemetry was asked, each of its checks was skipped, and naming each reason would bury the rest.
    let (of_load, of_telemetry): (Vec<&Finding>, Vec<&Finding>) = story
        .skipped
        .iter()
        .partition(|f| f.hop == Hop::Load || !doc.evidence.is_empty());
    let unasked = (!of_telemetry.is_empty()).then(|| {
        let checks = counted(of_telemetry.len() as u64, "check");
        format!("{checks} of telemetry and objectives skipped: none was looked at (report.json says why, one by one)")
    });
    let reasons = skipped(&of_load).into_iter().chain(unasked);
    lines(notes.chain(reasons).map(quiet))
}

fn skipped(findings: &[&Finding]) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        let Status::Skipped { why } = &finding.status else {
            continue;
        };
        match reasons.iter_mut().find(|(reason, _)| reason == why) {
            Some((_, findings)) => findings.push(finding),
            None => reasons.push((why, vec![finding])),
        }
    }
    let told = reasons.into_iter().map(|(why, findings)| {
        let mut checks: Vec<String> = findings.iter().map(|f| f.check.to_string()).collect();
        checks.dedup();
        format!(
            "{} skipped: {} ({})",
            counted(findings.len() as u64, "check"),
            plain(why),
            checks.join(", ")
        )
    });
    told.collect()
}
