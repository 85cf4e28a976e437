//! What ships beside the program: scenarios, rules, runbooks, pages. Each is read and cross-checked, without a server.

use std::fs;
use std::path::{Path, PathBuf};

use sloproof::model::{Engine, RuleKind};
use sloproof::scenario::{self, Overrides, Plan};
use sloproof::verify::registry;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn scenarios() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    files
}

fn plan(path: &Path) -> Plan {
    scenario::load(path, &|_| None, &Overrides::default())
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

#[test]
fn every_scenario_is_valid_and_says_first_what_must_come_of_it() {
    let files = scenarios();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let plan = plan(&file);
        assert_eq!(
            Some(plan.name.as_str()),
            file.file_stem().and_then(|s| s.to_str())
        );
        let text = fs::read_to_string(&file).unwrap();
        let comments: Vec<&str> = text.lines().take_while(|l| l.starts_with('#')).collect();
        assert!(
            comments[0].contains("$schema="),
            "{}: the first line names the schema for editors",
            file.display()
        );
        let says = comments
            .iter()
            .any(|l| ["PASS", "FAIL", "INVALID"].iter().any(|v| l.contains(v)));
        assert!(
            says,
            "{}: the first comment says which verdict must come",
            file.display()
        );
    }
}

#[test]
fn every_alert_has_a_severity_a_summary_and_a_runbook_that_exists() {
    let plan = plan(&scenarios()[0]);
    let alerts: Vec<_> = plan.alert_rules().collect();
    assert!(
        alerts.iter().any(|(engine, _)| *engine == Engine::Loki),
        "LogsErrorBurst is a rule of Loki's"
    );
    for (_, rule) in alerts {
        assert_eq!(rule.kind, RuleKind::Alert);
        assert!(
            rule.labels.contains_key("severity"),
            "{} has no severity",
            rule.name
        );
        assert!(
            rule.annotations.contains_key("summary"),
            "{} has no summary",
            rule.name
        );
        let url = rule
            .annotations
            .get("runbook_url")
            .unwrap_or_else(|| panic!("{} has no runbook_url", rule.name));
        let file = url
            .split("/blob/main/")
            .nth(1)
            .unwrap_or_else(|| panic!("{url} is no link into this repository"));
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{url}: {e}"));
        for heading in ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"] {
            assert!(text.contains(heading), "{file} has no `{heading}`");
        }
    }
}

#[test]
fn every_check_has_a_page_that_explain_shows() {
    for check in registry::all() {
        let id = check.meta().id;
        let page = registry::page(id).unwrap_or_else(|| panic!("{id} has no page"));
        let on_disk = fs::read_to_string(root().join(format!("docs/checks/{id}.md"))).unwrap();
        assert_eq!(page, on_disk, "{id}");
    }
}

#[test]
fn every_relative_link_of_the_documents_leads_somewhere() {
    let mut documents = vec![
        "README.md",
        "ARCHITECTURE.md",
        "SLO.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ]
    .into_iter()
    .map(|name| root().join(name))
    .collect::<Vec<_>>();
    documents.extend(markdown_below(&root().join("docs")));
    let mut dangling = Vec::new();
    for document in documents {
        let text =
            fs::read_to_string(&document).unwrap_or_else(|e| panic!("{}: {e}", document.display()));
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..]
                .split([')', '#', ' '])
                .next()
                .unwrap_or_default();
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            if !document.parent().unwrap().join(link).exists() {
                dangling.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(
        dangling.is_empty(),
        "dangling links:\n{}",
        dangling.join("\n")
    );
}

fn markdown_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(markdown_below(&path));
        } else if path.extension().is_some_and(|e| e == "md") {
            files.push(path);
        }
    }
    files
}
