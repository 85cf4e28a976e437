//! Code, pages and fixtures, held together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::{Diagnostic, Millis, Source};
use crate::slo::lint::{AlertFile, Settings, SloFile, lint, unchecked};

const HEADINGS: [&str; 5] = [
    "## What it finds",
    "## Why it matters",
    "## Example",
    "## Fix",
    "## When it cannot tell",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixture(id: &str, name: &str) -> String {
    let path = root().join(format!("harness/tests/fixtures/lint/{id}/{name}.yaml"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// With all that a lint may have to know.
fn settings() -> Settings {
    Settings {
        scrape: Millis(15_000),
        retention: Some(Millis(15 * 86_400_000)),
        buckets: vec![0.1, 0.25, 0.5, 1.0],
    }
}

fn found_with(text: &str, settings: &Settings) -> Vec<Finding> {
    let source = Source {
        file: "kv.yaml".into(),
        text: text.into(),
    };
    let mut mistakes: Vec<Diagnostic> = Vec::new();
    let (mut slos, mut rules) = (Vec::new(), Vec::new());
    if AlertFile::is_one(&source) {
        rules.push(AlertFile::read(source, &mut mistakes));
    } else {
        slos.push(SloFile::read(source, &mut mistakes));
    }
    let told: String = mistakes.iter().map(|d| d.render(false)).collect();
    assert_eq!(told, "", "{text}");
    let subject = Subject {
        slos: &slos,
        rules: &rules,
        settings,
    };
    lint(&subject, &[])
}

fn found(text: &str) -> Vec<Finding> {
    found_with(text, &settings())
}

#[test]
fn ids_are_unique_words_joined_by_dashes() {
    let lints = all();
    let ids: BTreeSet<&str> = lints.iter().map(Lint::id).collect();
    assert_eq!(ids.len(), lints.len());
    for lint in lints {
        let id = lint.id();
        assert!(
            id.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{id}"
        );
        assert!(!lint.title().is_empty(), "{id}");
    }
}

#[test]
fn every_lint_has_a_page_with_all_its_parts_and_every_page_a_lint() {
    for lint in all() {
        let id = lint.id();
        let page = page(id).unwrap_or_else(|| panic!("{id}: no page"));
        assert!(page.starts_with(&format!("# {id}\n")), "{id}");
        let mut rest = page;
        for heading in HEADINGS {
            rest = rest
                .split_once(&format!("{heading}\n"))
                .unwrap_or_else(|| panic!("docs/lint/{id}.md: no `{heading}` in its place"))
                .1;
        }
    }
    for folder in ["docs/lint", "harness/tests/fixtures/lint"] {
        let names: BTreeSet<String> = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let ids: BTreeSet<String> = all().iter().map(|lint| lint.id().to_owned()).collect();
        assert_eq!(names, ids, "{folder}");
    }
}

#[test]
fn every_lint_finds_its_failing_example_and_nothing_in_its_passing_one() {
    for lint in all() {
        let id = lint.id();
        let of = |name| {
            let found = found(&fixture(id, name));
            found.into_iter().filter(|f| f.lint == id).count()
        };
        assert_eq!((of("fail"), of("pass")), (1, 0), "{id}");
    }
}

#[test]
fn an_example_that_passes_one_lint_is_found_by_no_other() {
    for lint in all() {
        let others: Vec<String> = found(&fixture(lint.id(), "pass"))
            .iter()
            // 30 days are meant there, and kept for 15 by these settings.
            .filter(|f| f.lint != super::window_beyond_retention::ID)
            .map(|f| f.diagnostic.render(false))
            .collect();
        assert_eq!(others, Vec::<String>::new(), "{}", lint.id());
    }
}

/// Pages show the example and the finding as they are printed; this keeps them true to the code.
#[test]
fn a_page_shows_its_failing_example_and_what_is_told_of_it() {
    for lint in all() {
        let id = lint.id();
        let page = page(id).unwrap();
        let example = fixture(id, "fail");
        assert!(
            page.contains(example.trim_end()),
            "docs/lint/{id}.md: not its example"
        );
        let told = found(&example);
        let told = told
            .iter()
            .find(|f| f.lint == id)
            .unwrap()
            .diagnostic
            .render(false);
        assert!(
            page.contains(told.trim_end()),
            "docs/lint/{id}.md does not show:\n{told}"
        );
    }
}

#[test]
fn an_annotation_with_a_reason_keeps_a_lint_quiet_for_its_slo() {
    let text = fixture("series-born-in-outage", "fail");
    let allowed = text.replace(
        "metadata:\n",
        "metadata:\n  annotations: { sloproof/allow-series-born-in-outage: every status is counted from 0 }\n",
    );
    assert_ne!(text, allowed);
    assert_eq!(found(&allowed), []);
}

#[test]
fn a_lint_that_lacks_a_fact_is_told_as_not_checked() {
    let none = Settings::default();
    let ids: Vec<&str> = unchecked(&none).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["window-beyond-retention", "threshold-off-bucket"]);
    for id in ids {
        assert_eq!(found_with(&fixture(id, "fail"), &none), [], "{id}");
    }
    assert_eq!(unchecked(&settings()), []);
}
