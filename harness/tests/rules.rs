//! The shipped Prometheus rules, and those compiled from every form of objective, in virtual time: real promtool, no
//! server, no waiting.

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

const FORMS: &str = "harness/tests/fixtures/slo";

/// What the program prints.
fn sloproof(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .args(args)
        .current_dir(repository())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", args.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_compiled_from_every_form_of_objective_and_in_every_style_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    for form in ["all-kinds", "sloth", "pyrra"] {
        let mut file = format!("{FORMS}/{form}.yaml");
        if form != "all-kinds" {
            let openslo = sloproof(&["slo", "import", &file]);
            let path = folder.path().join(format!("{form}.yaml"));
            std::fs::write(&path, openslo).unwrap();
            file = path.to_str().unwrap().to_owned();
        }
        for style in ["", "--style=sloth", "--style=pyrra"] {
            let mut args = vec!["slo", "compile", &file];
            args.extend(Some(style).filter(|style| !style.is_empty()));
            let rules = folder.path().join("rules.yaml");
            std::fs::write(&rules, sloproof(&args)).unwrap();
            // Sloth writes the same labels for the period of each SLO, which the lint takes for duplicates.
            promtool_accepts(&["check", "rules", "--lint=none", rules.to_str().unwrap()]);
        }
    }
}

#[test]
fn slices_samples_and_averages_count_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let rules = sloproof(&["slo", "compile", &format!("{FORMS}/all-kinds.yaml")]);
    // promtool loads at most 10,000 samples: 30 days in slices of a minute are more, and a server's limit is 50 million.
    let (ratios, _) = rules.split_once("  # Share of the budget left").unwrap();
    std::fs::write(folder.path().join("rules.yaml"), ratios).unwrap();
    let test = folder.path().join("test.yaml");
    std::fs::copy(repository().join(FORMS).join("all-kinds.test.yaml"), &test).unwrap();
    promtool_accepts(&["test", "rules", test.to_str().unwrap()]);
}
