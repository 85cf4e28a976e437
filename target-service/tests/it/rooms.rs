//! Which room of the service may name which, as `ARCHITECTURE.md` says.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use target_service::profile::ProfileName;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of the library below `path`, with its text up to its tests and without comments.
fn files(path: &Path) -> Vec<(PathBuf, String)> {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        return paths.flat_map(|path| files(&path)).collect();
    }
    if path.extension().is_none_or(|extension| extension != "rs") {
        return Vec::new();
    }
    let text = fs::read_to_string(path).expect("a file");
    let shipped = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = shipped
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    vec![(path.to_owned(), code.collect::<Vec<_>>().join("\n"))]
}

/// The parts of a brace group at its own level; `group` begins behind the brace.
fn parts(group: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => parts.last_mut().expect("never empty").push(c),
        }
    }
    parts
}

/// The rooms that stand behind `crate::` in `code`, alone or in a group.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let of = |path: &str| {
        let path = path.trim_start();
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
        path[..end.unwrap_or(path.len())].to_owned()
    };
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(parts(group).iter().map(|part| of(part))),
            None => rooms.extend([of(rest)]),
        }
    }
    rooms.remove("");
    rooms
}

/// The room that a file is in: the first folder or file below the source.
fn room(file: &Path) -> String {
    let below = file.strip_prefix(source()).expect("below the source");
    let first = below.components().next().expect("a part").as_os_str();
    let first = first.to_string_lossy();
    first.strip_suffix(".rs").unwrap_or(&first).to_owned()
}

fn profiles() -> BTreeSet<String> {
    ProfileName::ALL.iter().map(ToString::to_string).collect()
}

#[test]
fn rooms_are_found_alone_and_in_groups() {
    let code = "use crate::{a, b::{c, d}, e::f,\n g::{self, h}};\nuse crate::i::j; crate::k();";
    let expected = ["a", "b", "e", "g", "i", "k"].map(str::to_owned);
    assert_eq!(rooms_named(code), BTreeSet::from(expected));
}

#[test]
fn no_domain_knows_http_sql_or_metrics() {
    let foreign = [
        "axum::",
        "hyper::",
        "http::",
        "sqlx::",
        "prometheus_client::",
        "utoipa::",
        "crate::server",
        "crate::telemetry",
        "crate::config",
    ];
    let mut domains = 0;
    for profile in profiles() {
        for (file, code) in files(&source().join(profile).join("domain")) {
            domains += 1;
            for name in foreign {
                assert!(!code.contains(name), "{}: {name}", file.display());
            }
        }
    }
    assert!(domains > 0, "no domain was found");
}

#[test]
fn profiles_are_plug_ins_that_only_config_and_process_name() {
    for (file, code) in files(&source()) {
        let room = room(&file);
        if ["config", "process", "main", "lib"].contains(&room.as_str()) {
            continue;
        }
        for named in rooms_named(&code).intersection(&profiles()) {
            assert_eq!(*named, room, "{}", file.display());
        }
    }
}

#[test]
fn the_lowest_rooms_use_nothing_of_the_crate() {
    for room in ["database", "endpoint.rs", "drain.rs"] {
        for (file, code) in files(&source().join(room)) {
            let named = rooms_named(&code);
            assert!(named.is_empty(), "{}: {named:?}", file.display());
        }
    }
}
