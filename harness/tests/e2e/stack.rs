//! `sloproof stack` as a user calls it.

use std::process::Output;

use serde_json::Value;

use crate::run::{Place, alone};

fn call(place: &Place, args: &[&str]) -> Output {
    place.command(args).output().unwrap()
}

#[test]
fn up_status_run_down_leaves_nothing() {
    let _alone = alone();
    let place = Place::new();
    let before = call(&place, &["stack", "status"]);
    assert_eq!(before.status.code(), Some(1), "nothing is up yet");

    let up = call(&place, &["stack", "up"]);
    assert!(
        up.status.success(),
        "{}",
        String::from_utf8_lossy(&up.stderr)
    );
    let again = call(&place, &["stack", "up"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("already up"));

    let status = call(&place, &["stack", "status", "--json"]);
    assert!(status.status.success());
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    let components: Vec<&str> = status["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["component"].as_str().unwrap())
        .collect();
    assert_eq!(components, ["prometheus", "alertmanager", "loki", "target"]);

    let run = place.run("harness/tests/e2e/scenarios/short.yaml");
    assert!(
        [0, 3].contains(&run.code),
        "a running stack is used:\n{}\n{}",
        run.stderr,
        run.stdout
    );
    assert!(
        run.stderr.contains("using the running stack"),
        "{}",
        run.stderr
    );
    let still = call(&place, &["stack", "status"]);
    assert!(
        still.status.success(),
        "a run does not stop a stack that it did not start"
    );

    let down = call(&place, &["stack", "down"]);
    assert!(
        down.status.success(),
        "{}",
        String::from_utf8_lossy(&down.stderr)
    );
    for component in status["components"].as_array().unwrap() {
        let pid = component["pid"].as_u64().unwrap();
        assert!(
            !std::path::Path::new(&format!("/proc/{pid}/exe")).exists(),
            "{component} still runs"
        );
    }
    let left = std::fs::read_dir(place.path().join("tmp")).unwrap().count();
    assert_eq!(left, 0);
}
