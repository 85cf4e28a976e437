//! All views tell the same, for they are views of one document.

use sloproof::model::VerdictOutcome;
use sloproof::report::{Document, Format, Style, json, render};

use crate::sample;

fn text(doc: &Document, format: Format) -> String {
    // The page escapes slashes; for comparing, that makes no difference.
    render(doc, format, Style::default())
        .unwrap()
        .replace("&#x2f;", "/")
}

fn samples() -> [Document; 5] {
    [
        sample::pass(),
        sample::fail(),
        sample::invalid(),
        sample::empty(),
        sample::hostile(),
    ]
}

fn occurrences(text: &str, part: &str) -> u32 {
    u32::try_from(text.matches(part).count()).unwrap()
}

#[test]
fn all_views_show_the_same_counts() {
    for doc in [sample::pass(), sample::fail(), sample::invalid()] {
        let c = doc.verdict.counts;
        let decided = c.pass + c.fail + c.inconclusive;

        let terminal = text(&doc, Format::Terminal);
        let first = terminal.lines().next().unwrap();
        assert!(
            first.contains(&format!("{} of {decided} checks", c.pass)),
            "{first}"
        );
        assert_eq!(first.contains(&format!("{} failed", c.fail)), c.fail > 0);

        let markdown = text(&doc, Format::Markdown);
        let row = format!(
            "| {} | {} | {} | {} | {} |",
            c.pass, c.fail, c.inconclusive, c.skipped, c.warnings
        );
        assert!(markdown.contains(&row), "{markdown}");

        let junit = text(&doc, Format::Junit);
        assert_eq!(occurrences(&junit, "<testcase "), doc.findings.len() as u32);
        assert_eq!(occurrences(&junit, "<failure "), c.fail);
        assert_eq!(occurrences(&junit, "<error "), c.inconclusive);
        assert_eq!(occurrences(&junit, "<skipped"), c.skipped);
        assert_eq!(occurrences(&junit, ">warning: "), c.warnings);

        let html = text(&doc, Format::Html);
        for (kind, n) in [
            ("pass", c.pass),
            ("fail", c.fail),
            ("inconclusive", c.inconclusive),
            ("skipped", c.skipped),
        ] {
            assert_eq!(
                occurrences(&html, &format!("data-kind=\"{kind}\"")),
                n,
                "{kind}"
            );
            assert!(
                html.contains(&format!("data-count=\"{kind}\">{n}<")),
                "{kind}"
            );
        }
        assert_eq!(occurrences(&html, "data-kind=\"warning\""), c.warnings);
    }
}

#[test]
fn every_open_finding_is_told_by_every_view() {
    for doc in [sample::fail(), sample::invalid()] {
        for finding in doc.findings.iter().filter(|f| f.status.word() != "pass") {
            for format in Format::ALL {
                let shown = text(&doc, format);
                assert!(
                    shown.contains(&finding.check.0),
                    "{} in {format:?}",
                    finding.check
                );
            }
        }
    }
}

#[test]
fn every_view_opens_with_the_verdict() {
    for doc in samples() {
        let word = doc.verdict.outcome.title();
        assert!(text(&doc, Format::Terminal).starts_with(word));
        assert!(
            text(&doc, Format::Markdown)
                .lines()
                .next()
                .unwrap()
                .contains(word)
        );
        assert!(text(&doc, Format::Html).contains(&format!("<strong class=\"outcome\">{word}<")));
    }
}

#[test]
fn a_run_that_is_not_a_pass_is_never_green_in_ci() {
    for doc in samples() {
        let junit = text(&doc, Format::Junit);
        let green = !junit.contains("<failure ") && !junit.contains("<error ");
        assert_eq!(green, doc.verdict.outcome == VerdictOutcome::Pass);
    }
}

#[test]
fn json_reads_back_as_the_same_document() {
    for doc in samples() {
        let written = text(&doc, Format::Json);
        let back = json::read(&written).unwrap();
        assert_eq!(back, doc);
        for format in Format::ALL {
            assert_eq!(text(&back, format), text(&doc, format), "{format:?}");
        }
    }
}

#[test]
fn foreign_text_reaches_no_terminal_or_table_raw() {
    let doc = sample::hostile();
    for format in [
        Format::Terminal,
        Format::Markdown,
        Format::Junit,
        Format::Html,
    ] {
        assert!(!text(&doc, format).contains('\u{1b}'), "{format:?}");
    }
    let markdown = text(&doc, Format::Markdown);
    let mut prose = markdown.lines().filter(|line| !line.starts_with("    "));
    assert!(prose.all(|line| !line.contains("<script>")));
}

#[test]
fn colour_appears_only_when_asked() {
    let style = Style {
        colour: true,
        width: 100,
    };
    let coloured = render(&sample::fail(), Format::Terminal, style).unwrap();
    assert!(coloured.starts_with("\u{1b}[31mFAIL\u{1b}[0m"));
    assert!(!text(&sample::fail(), Format::Terminal).contains('\u{1b}'));
}
