//! What breaks in mid-run: a server, the service, the user's patience.

use std::time::Duration;

use crate::run::{Place, alone, assert_nothing_is_left, patiently, signal};

const SHORT: &str = "harness/tests/e2e/scenarios/short.yaml";

#[test]
fn prometheus_killed_in_the_middle_is_invalid_and_says_what_is_missing() {
    let _alone = alone();
    let place = Place::new();
    let mut running = place.start(SHORT, &[]);
    let pids = running.stack_pids();
    running.wait_for_load(Duration::from_secs(6));
    signal(pids["prometheus"], "KILL");
    let run = running.finish();
    run.assert_code(3);
    assert!(
        run.checks("inconclusive").contains("requests/count"),
        "{}",
        run.stdout
    );
    assert!(
        run.checks("pass").contains("logs/count"),
        "what could still be judged is judged:\n{}",
        run.stdout
    );
    run.assert_every_arrival_is_accounted_for();
    assert_nothing_is_left(&place, &pids);
}

#[test]
fn a_killed_service_fails_and_every_arrival_has_its_outcome() {
    let _alone = alone();
    let (place, pids, run) = patiently("a killed service", || {
        let place = Place::new();
        let mut running = place.start(SHORT, &[]);
        let pids = running.stack_pids();
        running.wait_for_load(Duration::from_secs(6));
        signal(pids["target"], "KILL");
        let run = running.finish();
        (place, pids, run)
    });
    run.assert_code(1);
    assert!(
        run.checks("fail").contains("budget/objective"),
        "{}",
        run.stdout
    );
    let refused: u64 = run.report()["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["outcomes"]["connect_failed"].as_u64().unwrap())
        .sum();
    assert!(refused > 0, "{}", run.stdout);
    run.assert_every_arrival_is_accounted_for();
    assert_nothing_is_left(&place, &pids);
}

#[test]
fn ctrl_c_writes_a_partial_report_and_stops_everything() {
    let _alone = alone();
    let place = Place::new();
    let mut running = place.start(SHORT, &[]);
    let pids = running.stack_pids();
    running.wait_for_load(Duration::from_secs(4));
    running.signal("INT");
    let run = running.finish();
    run.assert_code(130);
    assert_eq!(run.report()["verdict"]["exit_code"], 130);
    run.assert_every_arrival_is_accounted_for();
    let not_sent: u64 = run.report()["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["outcomes"]["not_sent"].as_u64().unwrap())
        .sum();
    assert!(
        not_sent > 0,
        "the rest is told as not sent:\n{}",
        run.stdout
    );
    assert_nothing_is_left(&place, &pids);
}

#[test]
fn ctrl_c_twice_stops_at_once() {
    let _alone = alone();
    let place = Place::new();
    let mut running = place.start(SHORT, &[]);
    let pids = running.stack_pids();
    running.wait_for_load(Duration::from_secs(2));
    running.signal("INT");
    std::thread::sleep(Duration::from_millis(200));
    running.signal("INT");
    running.finish().assert_code(130);
    assert_nothing_is_left(&place, &pids);
}

#[test]
fn a_run_directory_that_cannot_be_written_stops_before_any_load() {
    let place = Place::new();
    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = place
        .command(&["run", SHORT, "--out", file.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("cannot write") && text.contains("--out"),
        "{text}"
    );
}

#[test]
fn a_server_that_cannot_be_reached_is_named_before_any_load() {
    let place = Place::new();
    let scenario = "harness/tests/e2e/scenarios/yours.yaml";
    let output = place
        .command(&[
            "run",
            scenario,
            "--out",
            place.path().join("runs").to_str().unwrap(),
        ])
        // Port 9 (discard) is not served on any machine that runs this.
        .env("TARGET_URL", "http://127.0.0.1:9")
        .env("PROMETHEUS_URL", "http://127.0.0.1:9")
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("http://127.0.0.1:9"));
    let left = std::fs::read_dir(place.path().join("runs"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "a run that never began leaves no directory");
}
