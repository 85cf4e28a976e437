//! `summary.md`: the page of a CI job. What failed stands open, what passed can be unfolded.

use super::document::Document;
use super::format::{self, count, counted, maybe_share, told_millis};
use super::story::{Story, Told, mark};
use crate::model::{Finding, Status, VerdictOutcome};

/// Alignment of columns.
const NUMBERS: &str = "--:|";
const WORDS: &str = ":--|";

/// Renders the document as GitHub-flavoured Markdown.
pub fn render(doc: &Document) -> String {
    let story = Story::of(doc);
    let mut blocks = vec![head(doc), chain(doc)];
    blocks.extend(story.failed.iter().map(told));
    blocks.extend(story.undecided.iter().map(told));
    blocks.push(warnings(doc, &story));
    blocks.push(routes(doc));
    blocks.push(objectives(doc));
    blocks.push(hops(doc));
    blocks.push(folded("passed", &story.passed));
    blocks.push(folded("skipped", &story.skipped));
    blocks.push(notes(doc));
    blocks.push(reproduce(doc));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

fn head(doc: &Document) -> String {
    let verdict = &doc.verdict;
    let symbol = match verdict.outcome {
        VerdictOutcome::Pass => "✅",
        VerdictOutcome::Fail => "❌",
        VerdictOutcome::Invalid => "⚠️",
    };
    let c = verdict.counts;
    format!(
        "## {symbol} {} – {}\n\n**{}**\n\n{}\n\n\
         | passed | failed | undecided | skipped | warnings |\n|--:|--:|--:|--:|--:|\n| {} | {} | {} | {} | {} |\n",
        verdict.outcome.title(),
        escape(&doc.scenario.name),
        escape(&verdict.sentence),
        escape(&doc.scenario.purpose),
        c.pass,
        c.fail,
        c.inconclusive,
        c.skipped,
        c.warnings,
    )
}

fn chain(doc: &Document) -> String {
    if doc.chain.is_empty() {
        return String::new();
    }
    let hops: Vec<String> = doc
        .chain
        .iter()
        .map(|hop| {
            let text = format!("{} {}", mark(&hop.status), hop.hop.title());
            match (hop.origin, hop.follows) {
                (true, _) => format!("**{text} (origin)**"),
                (_, true) => format!("_{text} (follows)_"),
                _ => text,
            }
        })
        .collect();
    format!("{}\n", hops.join(" → "))
}

fn told(told: &Told<'_>) -> String {
    let f = told.finding;
    let mut text = format!(
        "### {} `{}` {}\n\n{}\n\n",
        mark(f.status.word()),
        f.check,
        escape(&f.subject),
        escape(&f.summary)
    );
    let evidence: Vec<String> = f
        .evidence
        .iter()
        .map(|id| format!("`{}`", format::evidence_file(*id)))
        .collect();
    let rows = [
        ("expected", escape(&f.expected)),
        ("observed", escape(&f.observed)),
        ("try", escape(&f.hint)),
        ("evidence", evidence.join(", ")),
        ("explain", format!("`sloproof explain {}`", f.check)),
    ];
    for (label, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format_line(label, value));
    }
    for follower in &told.followers {
        let value = format!(
            "`{}` {}: {}",
            follower.check,
            escape(&follower.subject),
            escape(&follower.summary)
        );
        text.push_str(&format_line("follows from it", &value));
    }
    text
}

fn format_line(label: &str, value: &str) -> String {
    format!("- **{label}** {value}\n")
}

fn warnings(doc: &Document, story: &Story<'_>) -> String {
    let mut lines: Vec<String> = story
        .warnings
        .iter()
        .map(|f| {
            format!(
                "- `{}` {}: {}",
                f.check,
                escape(&f.subject),
                escape(&f.summary)
            )
        })
        .collect();
    lines.extend(
        doc.instrument
            .warnings
            .iter()
            .map(|w| format!("- generator: {}", escape(w))),
    );
    lines.extend(
        doc.timeline
            .unsettled
            .iter()
            .map(|w| format!("- did not settle: {}", escape(w))),
    );
    if lines.is_empty() {
        return String::new();
    }
    format!("### Warnings\n\n{}\n", lines.join("\n"))
}

fn notes(doc: &Document) -> String {
    let notes = doc.instrument.notes.iter();
    format::lines(notes.map(|note| format!("Note: {}.", escape(note))))
}

/// The first column is a name; the others are aligned as `rest` says.
fn table(title: &str, head: &[&str], rest: &str, rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rule = format!("|:--|{}", rest.repeat(head.len().saturating_sub(1)));
    let rows = format::lines(rows.iter().map(|row| format!("| {} |", row.join(" | "))));
    format!("### {title}\n\n| {} |\n{rule}\n{rows}", head.join(" | "))
}

fn routes(doc: &Document) -> String {
    let rows: Vec<Vec<String>> = doc
        .routes
        .iter()
        .map(|r| {
            let p = &r.response;
            let mut row = vec![
                format!("{} ({})", escape(&r.route), escape(&r.request)),
                count(r.planned),
                count(r.good),
                count(r.bad),
            ];
            row.extend(p.told().map(told_millis));
            row
        })
        .collect();
    let head = [
        "route", "planned", "ok", "bad", "p50", "p90", "p95", "p99", "max",
    ];
    table("Routes", &head, NUMBERS, &rows)
}

fn objectives(doc: &Document) -> String {
    let rows: Vec<Vec<String>> = doc
        .objectives
        .iter()
        .map(|o| {
            vec![
                escape(&o.name),
                format::target(o.target),
                maybe_share(o.achieved),
                format!("{} of {}", count(o.bad), count(o.total)),
                maybe_share(o.budget_left),
                escape(&o.expected),
            ]
        })
        .collect();
    let head = [
        "objective",
        "target",
        "achieved",
        "bad events",
        "budget left",
        "expected",
    ];
    table("Objectives", &head, NUMBERS, &rows)
}

fn hops(doc: &Document) -> String {
    let rows: Vec<Vec<String>> = doc
        .hops
        .iter()
        .map(|row| {
            vec![
                escape(&row.hop),
                escape(&row.says),
                escape(&row.ledger_says),
                format!("{} {}", mark(&row.status), escape(&row.verdict)),
            ]
        })
        .collect();
    table(
        "What each hop says",
        &["hop", "says", "ledger says", "verdict"],
        WORDS,
        &rows,
    )
}

fn folded(word: &str, findings: &[&Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let lines = format::lines(findings.iter().map(|f| {
        let why = match &f.status {
            Status::Skipped { why } => why,
            _ => &f.summary,
        };
        format!("- `{}` {}: {}", f.check, escape(&f.subject), escape(why))
    }));
    let title = format!("{} {word}", counted(findings.len() as u64, "check"));
    format!("<details><summary>{title}</summary>\n\n{lines}\n</details>\n")
}

fn reproduce(doc: &Document) -> String {
    // Indented, not fenced: no text can end an indented line.
    let command = format::plain(&doc.scenario.command);
    format!(
        "Seed {}, time scale {}, sloproof {}. To repeat it:\n\n    {command}\n",
        doc.scenario.seed,
        doc.scenario.time_scale,
        escape(&doc.sloproof_version)
    )
}

/// A foreign text as Markdown shows it literally, on one line, safe in a table cell.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in format::plain(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn foreign_text_stays_text() {
        assert_eq!(
            escape("<script>|`x`\n__y__ [a](b)"),
            "&lt;script&gt;\\|\\`x\\` \\_\\_y\\_\\_ \\[a\\](b)"
        );
    }
}
