//! The table of all faults in the documentation, held against the program.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use target_service::config::Defect;

use super::support::Target;

/// One row of the table of all faults.
struct Row {
    /// Labels of `target_fault_active`, or names of defects.
    names: Vec<String>,
    switch: String,
    check: String,
}

impl Row {
    fn is_defect(&self) -> bool {
        self.switch.starts_with("`--defects`")
    }
}

fn docs() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"))
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn table() -> Vec<Row> {
    let page = fs::read_to_string(docs().join("target-service/faults.md")).expect("the page");
    let (_, section) = page.split_once("\n## Every fault").expect("the section");
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [fault, switch, _, _, _, _, _, check] = cells[..] else {
            panic!("not eight cells: {line}");
        };
        Row {
            names: quoted(fault),
            switch: switch.to_owned(),
            check: check.to_owned(),
        }
    };
    rows.map(row).collect()
}

fn names(defects: bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for row in table() {
        if row.is_defect() == defects {
            for name in row.names {
                assert!(names.insert(name.clone()), "{name} stands there twice");
            }
        }
    }
    names
}

#[tokio::test]
async fn every_kind_of_fault_is_in_the_table_and_the_table_has_no_other() {
    let answer = Target::new().fault_api("GET", "/faults/active", "").await;
    let Value::Object(kinds) = answer.json() else {
        panic!("no object: {}", answer.body);
    };
    let kinds: BTreeSet<String> = kinds.keys().cloned().collect();
    assert_eq!(names(false), kinds);
}

/// The smallest fault set that a switch of the table stands for; `kind` is the fault's label.
fn switched_on(switch: &str, kind: &str) -> Value {
    let names = quoted(switch);
    let (path, lie) = (names[0].as_str(), names.last().expect("a name"));
    if let Some(lie) = lie.strip_prefix("\"lie\": ") {
        let lie: Value = serde_json::from_str(lie).expect("JSON");
        return json!({"telemetry": {"logs": [{"lie": lie, "ratio": 1}]}});
    }
    let (above, field) = path.split_once('.').expect("a path");
    if let Some(layer) = above.strip_suffix("[]") {
        return json!({layer: [{"route": "/livez", field: 1}]});
    }
    let fault = match (above, field) {
        ("health", _) => json!({"lie": kind.rsplit('_').next()}),
        (_, "memory") => json!({"bytes_per_second": 1, "max_bytes": 1}),
        (_, "connections") => json!({"slots": 1}),
        (_, "cpu") => json!({"threads": 1}),
        (_, "route_label") => json!({"ratio": 1, "record": "raw"}),
        (_, "drop_counter" | "double_counter" | "status_label" | "milliseconds") => {
            json!({"ratio": 1})
        }
        _ => json!({}),
    };
    json!({above: {field: fault}})
}

#[tokio::test]
async fn the_switch_of_each_fault_switches_that_fault_on_and_no_other() {
    let target = Target::new();
    for row in table().into_iter().filter(|row| !row.is_defect()) {
        for kind in &row.names {
            target.set_faults(switched_on(&row.switch, kind)).await;
            let Value::Object(kinds) = target.fault_api("GET", "/faults/active", "").await.json()
            else {
                panic!("no object");
            };
            let strong = kinds.iter().filter(|(_, strength)| **strength != 0.0);
            let strong: Vec<_> = strong.map(|(kind, _)| kind).collect();
            assert_eq!(strong, [kind]);
        }
    }
    assert_eq!(target.faults("DELETE", "").await.status, 204);
}

#[test]
fn every_defect_is_in_the_table_and_the_table_has_no_other() {
    let defects = Defect::ALL.map(|defect| defect.as_str().to_owned());
    assert_eq!(names(true), BTreeSet::from(defects));
}

#[test]
fn every_check_that_the_table_names_has_its_page_and_every_row_names_one_or_says_none_yet() {
    for row in table() {
        let checks = quoted(&row.check);
        let mut checks = checks.iter().filter(|name| name.contains('/')).peekable();
        let says_none = row.check.starts_with("none yet");
        assert!(says_none || checks.peek().is_some(), "{:?}", row.names);
        for check in checks {
            let page = docs().join(format!("checks/{check}.md"));
            assert!(page.is_file(), "{:?}: no check {check}", row.names);
        }
    }
}
