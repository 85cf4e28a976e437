//! The shipped Prometheus rules in virtual time: real promtool, no server, no waiting.

use std::path::{Path, PathBuf};
use std::process::Command;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The pinned promtool, found or built.
fn promtool() -> PathBuf {
    let output = Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .args(["stack", "install"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("promtool"))
        .expect("promtool is installed");
    PathBuf::from(line.split_whitespace().nth(2).expect("its path is told"))
}

fn promtool_accepts(args: &[&str]) {
    let output = Command::new(promtool())
        .args(args)
        .current_dir(repository())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "promtool {}:\n{said}",
        args.join(" ")
    );
}

#[test]
fn the_shipped_rules_pass_every_lint() {
    promtool_accepts(&[
        "check",
        "rules",
        "--lint=all",
        "--lint-fatal",
        "alerts/kv.yaml",
    ]);
}

#[test]
fn each_burn_rate_alert_fires_and_stays_quiet_where_it_must() {
    promtool_accepts(&["test", "rules", "alerts/tests/kv.yaml"]);
}
