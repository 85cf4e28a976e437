//! An objective that counts log lines, compiled for Loki's ruler and proved on real Loki.

use std::fs;
use std::process::Command;

use crate::run::{Place, SLOPROOF, alone, patiently, repository};

#[test]
fn rules_compiled_from_log_lines_are_loaded_by_loki_and_page() {
    let _alone = alone();
    let (_place, (), run) = patiently("a log objective", || {
        let place = Place::new();
        let files = repository().join("harness/tests/e2e/scenarios");
        for name in ["log-objective.yaml", "log-slo.yaml"] {
            fs::copy(files.join(name), place.path().join(name)).unwrap();
        }
        // Every rule reads its lines anew: one pair of windows, seldom, is enough for a machine that is shared.
        let tiers = "tiers: [{ severity: page, budget: 2%, long: 1h }]";
        fs::write(place.path().join("tiers.yaml"), tiers).unwrap();
        let compiled = Command::new(SLOPROOF)
            .args(["slo", "compile", "log-slo.yaml", "--loki", "rules.yaml"])
            .args(["--tiers", "tiers.yaml", "--interval", "2m"])
            .current_dir(place.path())
            .status()
            .unwrap();
        assert!(compiled.success());
        let scenario = place.path().join("log-objective.yaml");
        let run = place.run(scenario.to_str().unwrap());
        (place, (), run)
    });
    run.assert_code(0);
    for check in ["rules/loaded", "alerts/fired", "alerts/resolved"] {
        assert!(
            run.checks("pass").contains(check),
            "{check} must have looked:\n{}",
            run.stdout
        );
    }
}
