use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::model::{Answer, Evidence, EvidenceSet, Finding, Status};
use crate::verify::case::Case;
use crate::verify::fixture::{Fixture, START};
use crate::verify::fixtures;

/// Checks that can make a run invalid, or warn, and never fail it: that a thing cannot be told is not the service's fault.
const NEVER_FAIL: [&str; 9] = [
    "generator/kept-up",
    "generator/undisturbed",
    "generator/in-range",
    "generator/routes",
    "requests/clock",
    "requests/elsewhere",
    "latency/buckets",
    "latency/steady",
    "rules/windows",
];

const HEADINGS: [&str; 5] = [
    "## What it proves",
    "## Why it matters",
    "## A failure",
    "## How to fix",
    "## When it cannot tell",
];

fn judged(check: &dyn Check, fixture: &Fixture) -> Vec<Finding> {
    fixture.judge(|case| check.judge(case))
}

fn count(findings: &[Finding], word: &str) -> usize {
    findings.iter().filter(|f| f.status.word() == word).count()
}

/// The text of a check's page in this repository.
fn page(id: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/checks/{id}.md"));
    fs::read_to_string(path).unwrap_or_else(|error| panic!("docs/checks/{id}.md: {error}"))
}

#[test]
fn ids_are_unique_and_of_the_form_group_slash_name() {
    let ids: Vec<&str> = all().iter().map(|c| c.meta().id).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    let is_word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    for id in ids {
        let (group, name) = id.split_once('/').expect(id);
        assert!(is_word(group) && is_word(name), "{id}");
        assert_eq!(find(id).map(|c| c.meta().id), Some(id));
    }
}

#[test]
fn a_check_builds_on_checks_that_exist_and_come_before_it_on_the_way_of_the_truth() {
    for check in all() {
        let meta = check.meta();
        assert!(
            !meta.title.is_empty() && !meta.failure.is_empty(),
            "{}",
            meta.id
        );
        for earlier in meta.builds_on {
            let earlier =
                find(earlier).unwrap_or_else(|| panic!("{}: no check {earlier}", meta.id));
            assert!(
                earlier.meta().hop <= meta.hop,
                "{} on {}",
                meta.id,
                earlier.meta().id
            );
            assert_ne!(earlier.meta().id, meta.id);
        }
    }
}

#[test]
fn every_check_has_a_page_with_all_its_parts() {
    for check in all() {
        let id = check.meta().id;
        let page = page(id);
        assert!(page.starts_with(&format!("# {id}\n")), "{id}");
        let mut rest = page.as_str();
        for heading in HEADINGS {
            rest = rest
                .split_once(&format!("{heading}\n"))
                .unwrap_or_else(|| panic!("docs/checks/{id}.md: no `{heading}` in its place"))
                .1;
        }
    }
}

#[test]
fn every_check_passes_its_passing_cases() {
    for check in all() {
        let id = check.meta().id;
        let cases = fixtures::passing(id).unwrap_or_else(|| panic!("{id}: no passing case"));
        assert!(!cases.is_empty(), "{id}");
        for (i, fixture) in cases.iter().enumerate() {
            let findings = judged(check, fixture);
            assert!(count(&findings, "pass") > 0, "{id} case {i}: {findings:#?}");
            assert_eq!(count(&findings, "fail"), 0, "{id} case {i}: {findings:#?}");
            assert_eq!(
                count(&findings, "inconclusive"),
                0,
                "{id} case {i}: {findings:#?}"
            );
        }
    }
}

#[test]
fn every_check_fails_its_failing_cases_and_says_what_to_do() {
    for check in all() {
        let id = check.meta().id;
        let wanted = if NEVER_FAIL.contains(&id) {
            "inconclusive"
        } else {
            "fail"
        };
        let cases = fixtures::failing(id).unwrap_or_else(|| panic!("{id}: no failing case"));
        assert!(!cases.is_empty(), "{id}");
        for (i, fixture) in cases.iter().enumerate() {
            let findings = judged(check, fixture);
            assert!(count(&findings, wanted) > 0, "{id} case {i}: {findings:#?}");
            for finding in findings {
                let quiet = matches!(finding.status, Status::Pass | Status::Skipped { .. });
                assert_eq!(
                    finding.hint.is_empty(),
                    quiet,
                    "{id} case {i}: {finding:#?}"
                );
            }
        }
    }
}

#[test]
fn findings_are_signed_by_their_check() {
    for check in all() {
        let meta = check.meta();
        let cases = [fixtures::passing(meta.id), fixtures::failing(meta.id)];
        for fixture in cases.into_iter().flatten().flatten() {
            for finding in judged(check, &fixture) {
                assert_eq!((finding.check.0.as_str(), finding.hop), (meta.id, meta.hop));
                assert!(
                    !finding.subject.is_empty() && !finding.summary.is_empty(),
                    "{finding:#?}"
                );
            }
        }
    }
}

#[test]
fn a_run_in_which_nothing_happened_is_never_passed_over_in_silence() {
    for check in all() {
        let findings = judged(check, &Fixture::new());
        assert!(!findings.is_empty(), "{}", check.meta().id);
        assert_eq!(count(&findings, "pass"), 0, "{findings:#?}");
    }
}

#[test]
fn no_answer_is_never_a_pass() {
    for check in all() {
        let id = check.meta().id;
        for fixture in fixtures::passing(id).unwrap() {
            let wants = check.wants(&fixture.plan);
            if wants.is_empty() {
                continue;
            }
            let refused = |(i, question)| Evidence {
                id: i,
                question,
                source: "http://127.0.0.1:1".into(),
                asked: String::new(),
                at: START,
                answer: Answer::Unavailable {
                    error: "connection refused".into(),
                },
                raw: None,
            };
            let down = EvidenceSet::new((1..).zip(wants).map(refused).collect());
            for evidence in [down, EvidenceSet::default()] {
                let findings = fixture.judge(|case| {
                    check.judge(&Case {
                        evidence: &evidence,
                        ..*case
                    })
                });
                assert_eq!(count(&findings, "pass"), 0, "{id}: {findings:#?}");
                assert!(count(&findings, "inconclusive") > 0, "{id}: {findings:#?}");
            }
        }
    }
}

/// Pages show a finding as it is printed, wrapped where a terminal wraps; this keeps them true to the code.
#[test]
fn the_failure_on_a_page_is_one_that_the_check_really_reports() {
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for check in all() {
        let id = check.meta().id;
        let page = joined(&page(id));
        let prints = |text: &str| page.contains(&joined(text));
        let found = fixtures::failing(id)
            .unwrap()
            .iter()
            .flat_map(|fixture| judged(check, fixture))
            .filter(|f| matches!(f.status, Status::Fail | Status::Inconclusive))
            .any(|f| {
                [&f.expected, &f.observed, &f.summary, &f.hint]
                    .into_iter()
                    .all(|t| prints(t))
            });
        assert!(
            found,
            "docs/checks/{id}.md shows no finding of the failing cases"
        );
    }
}
