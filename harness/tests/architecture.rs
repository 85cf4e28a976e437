//! The import table of ARCHITECTURE.md, guarded: an arrow that is not in it fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules of the crate a module may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("slo", &["model", "rules"]),
    ("rules", &["model"]),
    ("dashboards", &["model"]),
    ("scenario", &["model", "slo", "rules", "dashboards"]),
    ("ledger", &["model"]),
    ("load", &["model", "scenario", "ledger"]),
    ("telemetry", &["model"]),
    (
        "verify",
        &["model", "scenario", "slo", "rules", "dashboards", "ledger"],
    ),
    ("gate", &["model"]),
    ("capacity", &["model", "ledger"]),
    ("report", &["model", "ledger", "capacity"]),
    ("stack", &["model"]),
    (
        "app",
        &[
            "model",
            "slo",
            "rules",
            "dashboards",
            "scenario",
            "ledger",
            "load",
            "telemetry",
            "verify",
            "gate",
            "capacity",
            "report",
            "stack",
        ],
    ),
    ("cli", &["app", "model"]),
];

/// Modules that may read a clock; everywhere else time is a parameter.
const MAY_READ_CLOCKS: &[&str] = &["load", "app", "stack"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The lines that ship: tests stand at the end of a file, fixtures in files of their own.
fn shipped_lines(path: &Path) -> Vec<String> {
    let test_only = ["fixture.rs", "sample.rs", "tests.rs"];
    let name = path.file_name().unwrap().to_str().unwrap();
    let inside = path.strip_prefix(source()).unwrap();
    let mut folders = inside.components().map(std::path::Component::as_os_str);
    if test_only.contains(&name) || folders.any(|f| f == "fixtures" || f == "tests") {
        return Vec::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.lines().peekable();
    while let Some(line) = rest.next() {
        if line.trim() == "#[cfg(test)]" {
            // A test module ends the file; a single test-only item (`mod fixture;`) is one line.
            if rest
                .peek()
                .is_some_and(|next| next.trim_end().ends_with('{'))
            {
                break;
            }
            rest.next();
            continue;
        }
        if !line.trim_start().starts_with("//") {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// Modules named after `crate::` in a line, brace groups included.
fn imports(text: &str, modules: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names: Vec<&str> = if let Some(group) = rest.strip_prefix('{') {
            group
                .split(['{', '}', ',', ' ', '\n'])
                .map(|n| n.split("::").next().unwrap_or(n))
                .collect()
        } else {
            vec![
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap_or(""),
            ]
        };
        found.extend(
            names
                .into_iter()
                .filter(|n| modules.contains(n))
                .map(str::to_owned),
        );
    }
    found
}

fn imports_by_module() -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let modules: BTreeSet<&str> = MAY_USE.iter().map(|(m, _)| *m).collect();
    let mut by_module: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for module in &modules {
        for file in rust_files(&source().join(module)) {
            for import in imports(&shipped_lines(&file).join("\n"), &modules) {
                by_module
                    .entry((*module).to_owned())
                    .or_default()
                    .entry(import)
                    .or_insert_with(|| file.clone());
            }
        }
    }
    by_module
}

#[test]
fn every_module_uses_only_what_the_table_allows() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (module, imports) in imports_by_module() {
        for (import, file) in imports {
            if import != module && !allowed[module.as_str()].contains(&import.as_str()) {
                wrong.push(format!("{module} uses {import}: {}", file.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not in the import table of ARCHITECTURE.md:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_guard_sees_the_arrows_that_are_there() {
    let seen = imports_by_module();
    for (module, import) in [
        ("app", "verify"),
        ("verify", "ledger"),
        ("load", "scenario"),
        ("cli", "app"),
    ] {
        assert!(
            seen[module].contains_key(import),
            "{module} is known to use {import}"
        );
    }
}

#[test]
fn the_table_in_the_document_is_this_one() {
    let document = fs::read_to_string(source().join("../../ARCHITECTURE.md")).unwrap();
    for (module, uses) in MAY_USE {
        let row = document
            .lines()
            .filter(|line| line.starts_with('|'))
            .find(|line| {
                let first = line.split('|').nth(1).unwrap_or_default().replace('`', "");
                first.split(',').any(|name| name.trim() == *module)
            })
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{module}`"));
        if *module == "app" {
            continue;
        }
        for name in *uses {
            assert!(
                row.contains(name),
                "ARCHITECTURE.md does not say that {module} may use {name}: {row}"
            );
        }
    }
}

#[test]
fn every_folder_of_the_source_stands_in_the_table() {
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(m, _)| *m).collect();
    for entry in fs::read_dir(source()).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            assert!(
                known.contains(name.as_str()),
                "src/{name} is in no row of the import table"
            );
        }
    }
}

#[test]
fn clocks_are_read_only_where_time_is_made() {
    let mut wrong = Vec::new();
    for (module, _) in MAY_USE.iter().filter(|(m, _)| !MAY_READ_CLOCKS.contains(m)) {
        for file in rust_files(&source().join(module)) {
            let text = shipped_lines(&file).join("\n");
            if ["Instant::now", "SystemTime::now", "Timestamp::now"]
                .iter()
                .any(|call| text.contains(call))
            {
                wrong.push(file.display().to_string());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these read a clock; take the time as a parameter:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn main_is_a_table_of_contents() {
    let lines = fs::read_to_string(source().join("main.rs"))
        .unwrap()
        .lines()
        .count();
    assert!(lines <= 40, "main.rs has {lines} lines");
}
