//! The examples of the documentation, run as written against the program.
//!
//! A page's `sh` blocks that call `curl` are run one after the other against one instance of the profile
//! that the page is about, with its addresses in the place of the default ones. A `text` or `json` block
//! right after one is what it must print; `…` stands for anything.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use target_service::profile::ProfileName;

use super::support::{Program, program};

/// One fenced block.
struct Block {
    line: usize,
    language: String,
    text: String,
}

/// A command and what it must print.
struct Example {
    line: usize,
    command: String,
    expected: Option<String>,
}

fn pages() -> Vec<PathBuf> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let folder = fs::read_dir(docs.join("target-service")).expect("pages");
    let mut pages: Vec<_> = folder.map(|entry| entry.expect("a page").path()).collect();
    pages.push(docs.join("target-service.md"));
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block {
                    line: number,
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.text.extend([line, "\n"]),
            (None, None) if line.is_empty() => {}
            // A sentence between two blocks parts them.
            (None, None) => blocks.push(Block {
                line: number,
                language: "prose".to_owned(),
                text: String::new(),
            }),
        }
    }
    blocks
}

fn examples(text: &str) -> Vec<Example> {
    let blocks = blocks(text);
    let mut examples = Vec::new();
    for (i, block) in blocks.iter().enumerate() {
        let starts_it = |line: &str| line.contains("target-service");
        if block.language == "sh"
            && block.text.contains("curl")
            && !block.text.lines().any(starts_it)
        {
            let next = blocks.get(i + 1);
            let output = next.filter(|next| matches!(next.language.as_str(), "text" | "json"));
            examples.push(Example {
                line: block.line,
                command: block.text.clone(),
                expected: output.map(|output| output.text.clone()),
            });
        }
    }
    examples
}

/// What an instance for this page is started with: `<!-- instance: --profile kv .. -->`, or the profile
/// that the page is named after.
fn arguments(page: &Path, text: &str) -> Vec<String> {
    let named = text.split("<!-- instance:").nth(1);
    if let Some(arguments) = named.and_then(|rest| rest.split("-->").next()) {
        return arguments.split_whitespace().map(str::to_owned).collect();
    }
    let stem = page
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let profile = stem.parse().unwrap_or(ProfileName::Kv);
    vec!["--profile".to_owned(), profile.to_string()]
}

/// Whether `found` is `expected`, line by line, where `…` stands for any text within a line.
fn agrees(expected: &str, found: &str) -> bool {
    let (expected, found) = (expected.trim_end(), found.trim_end());
    expected.lines().count() == found.lines().count()
        && expected
            .lines()
            .zip(found.lines())
            .all(|(expected, found)| line_agrees(expected.trim_end(), found.trim_end()))
}

fn line_agrees(expected: &str, found: &str) -> bool {
    let mut parts = expected.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = found.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn the_ellipsis_stands_for_anything_and_nothing_else_does() {
    assert!(agrees("a…c\nd\n", "abbc\nd"));
    assert!(agrees("…", "anything"));
    assert!(!agrees("a…c", "abd"));
    assert!(!agrees("a\nb", "a"));
}

#[test]
fn every_profile_has_a_page_with_examples() {
    let with_examples: Vec<PathBuf> = pages()
        .into_iter()
        .filter(|page| !examples(&fs::read_to_string(page).expect("a page")).is_empty())
        .collect();
    for profile in ProfileName::ALL {
        let name = format!("target-service/{profile}.md");
        assert!(
            with_examples.iter().any(|page| page.ends_with(&name)),
            "{name}"
        );
    }
}

#[test]
fn the_index_links_every_page() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let index = fs::read_to_string(docs.join("target-service.md")).expect("the index");
    for page in pages() {
        let name = page.file_name().unwrap_or_default().to_string_lossy();
        if name != "target-service.md" {
            assert!(
                index.contains(&format!("](target-service/{name})")),
                "{name}"
            );
        }
    }
}

/// A heading as the fragment of a link.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_between_pages_leads_to_a_page_and_a_heading() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => page.clone(),
                _ => page.with_file_name(file),
            };
            let at = format!("{}: {target}", page.display());
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{at}: {error}"));
            let mut headings = text
                .lines()
                .filter(|line| line.starts_with('#'))
                .map(anchor);
            assert!(
                fragment.is_empty() || headings.any(|heading| heading == fragment),
                "{at}"
            );
            links += 1;
        }
    }
    assert!(links > 0, "no links were found");
}

#[test]
fn every_example_of_the_documentation_does_what_it_says() {
    let mut run = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let name = page
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let examples = examples(&text);
        if examples.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let instance = Program::of(
            program()
                .args(arguments(&page, &text))
                .current_dir(folder.path()),
        );
        for example in examples {
            let command = instance.with_real_addresses(&example.command);
            let shell = Command::new("bash")
                .args(["-euo", "pipefail", "-c", &command])
                .current_dir(folder.path())
                .output()
                .expect("bash");
            let found = String::from_utf8_lossy(&shell.stdout).replace('\r', "");
            let found = instance.with_default_addresses(&found);
            run += 1;
            let place = format!("{name}:{}", example.line);
            if !shell.status.success() {
                let said = String::from_utf8_lossy(&shell.stderr);
                wrong.push(format!(
                    "{place}: {}\n{}{found}{said}",
                    shell.status, example.command
                ));
            } else if let Some(expected) = example.expected.filter(|text| !agrees(text, &found)) {
                wrong.push(format!("{place}: expected\n{expected}found\n{found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(run > 0, "no examples were found");
}
