//! The shipped scenarios and their verdicts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{Finished, Place, SLOPROOF, alone, assert_nothing_is_left};

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn a_healthy_service_passes_and_nothing_fires() {
    let _alone = alone();
    let (_place, run) = Place::run_patiently("scenarios/10-healthy.yaml");
    run.assert_code(0);
    assert_eq!(run.report()["verdict"]["outcome"], "pass");
    run.assert_every_arrival_is_accounted_for();
    for check in [
        "generator/kept-up",
        "requests/count",
        "latency/quantile",
        "logs/count",
        "rules/loaded",
    ] {
        assert!(
            run.checks("pass").contains(check),
            "{check} must have looked:\n{}",
            run.stdout
        );
    }
    assert!(
        run.report()["timeline"]["notifications"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    every_report_file_is_there(&run);
    a_copied_run_directory_gives_the_same_findings(&run);
}

#[test]
fn users_who_do_several_things_in_order_are_counted_step_by_step() {
    let _alone = alone();
    let (_place, run) = Place::run_patiently("scenarios/30-journey.yaml");
    run.assert_code(0);
    run.assert_every_arrival_is_accounted_for();
    for check in ["generator/conservation", "requests/count"] {
        assert!(
            run.checks("pass").contains(check),
            "{check} must have looked:\n{}",
            run.stdout
        );
    }
    let routes = run.report()["routes"].as_array().unwrap().clone();
    let names: Vec<&str> = routes.iter().filter_map(|r| r["route"].as_str()).collect();
    assert_eq!(names, ["browse", "place", "look-up", "ask", "cancel"]);
}

fn every_report_file_is_there(run: &Finished) {
    for name in [
        "manifest.json",
        "plan.json",
        "ledger.json",
        "latency.hlog",
        "report.json",
        "report.html",
        "junit.xml",
        "summary.md",
    ] {
        let size = fs::metadata(run.dir().join(name))
            .unwrap_or_else(|e| panic!("{name}: {e}"))
            .len();
        assert!(size > 0, "{name} is empty");
    }
    let evidence = fs::read_dir(run.dir().join("evidence")).unwrap().count();
    assert_eq!(evidence, run.report()["evidence"].as_array().unwrap().len());
    let temporary = fs::read_dir(run.dir())
        .unwrap()
        .any(|e| e.unwrap().path().extension().is_some_and(|x| x == "tmp"));
    assert!(!temporary, "a half-written file is left");
}

fn a_copied_run_directory_gives_the_same_findings(run: &Finished) {
    let elsewhere = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(run.dir())
        .arg(elsewhere.path())
        .status()
        .unwrap();
    assert!(copied.success());
    let copy = elsewhere.path().join(run.dir().file_name().unwrap());
    let output = Command::new(SLOPROOF)
        .arg("verify")
        .arg(&copy)
        .arg("--json")
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(run.code),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let before = fs::read_to_string(run.dir().join("report.json")).unwrap();
    let after = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        before.trim_end(),
        after.trim_end(),
        "verify must be byte for byte the same"
    );
    each_format_renders(&copy);
}

fn each_format_renders(dir: &Path) {
    for (format, file) in [
        ("json", "report.json"),
        ("html", "report.html"),
        ("junit", "junit.xml"),
        ("markdown", "summary.md"),
    ] {
        let output = Command::new(SLOPROOF)
            .arg("report")
            .arg(dir)
            .args(["--format", format])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{format}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            text.trim_end(),
            fs::read_to_string(dir.join(file)).unwrap().trim_end(),
            "{format}"
        );
    }
}

#[test]
fn an_error_burst_pages_in_time_is_delivered_and_resolves() {
    let _alone = alone();
    let (_place, run) = Place::run_patiently("scenarios/20-error-burst.yaml");
    run.assert_code(0);
    run.assert_every_arrival_is_accounted_for();
    for check in [
        "alerts/fired",
        "alerts/resolved",
        "alerts/quiet",
        "notifications/delivered",
        "budget/remaining",
    ] {
        assert!(
            run.checks("pass").contains(check),
            "{check} must have looked:\n{}",
            run.stdout
        );
    }
    let notifications = run.report()["timeline"]["notifications"]
        .as_array()
        .unwrap();
    let page = |status: &str| {
        notifications.iter().any(|n| {
            n["notification"]["labels"]["alertname"] == "KvAvailabilityFastBurn"
                && n["notification"]["status"] == status
        })
    };
    assert!(page("firing") && page("resolved"), "{notifications:?}");
}

#[test]
fn lying_counters_fail_on_the_reconciliation_and_what_follows_from_it() {
    let _alone = alone();
    let (_place, run) = Place::run_patiently("scenarios/80-lying-counters.yaml");
    run.assert_code(1);
    assert_eq!(
        run.checks("fail"),
        set(&["requests/count", "budget/remaining"]),
        "{}",
        run.stdout
    );
    assert_eq!(run.report()["verdict"]["origin"], "requests/count");
    let follows = run.report()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|f| f["check"] == "budget/remaining" && f["follows_from"] == "requests/count");
    assert!(follows, "the budget is wrong because the counters are");
}

#[test]
fn more_load_than_can_be_sent_is_invalid() {
    let _alone = alone();
    let place = Place::new();
    let mut running = place.start("scenarios/90-overload.yaml", &[]);
    let pids = running.stack_pids();
    let run = running.finish();
    run.assert_code(3);
    assert_eq!(run.report()["verdict"]["outcome"], "invalid");
    assert!(
        run.checks("inconclusive").contains("generator/kept-up"),
        "{}",
        run.stdout
    );
    assert_eq!(run.checks("fail"), BTreeSet::new(), "{}", run.stdout);
    run.assert_every_arrival_is_accounted_for();
    assert_nothing_is_left(&place, &pids);
}
