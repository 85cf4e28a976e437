//! The compiled rules, evaluated by real Prometheus in virtual time, against the oracle: 4 tiers, 6 error ratios and
//! 3 periods, each from the last quiet evaluation before it fires to the first quiet one after it resets.
#![forbid(unsafe_code)]

mod slo_grid;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use sloproof::model::{AlertState, Millis};
use sloproof::slo::Tiers;
use sloproof::slo::compile::{Options, compile};
use sloproof::slo::oracle::{Grid, Step, evaluate, predict};
use sloproof::slo::tier::{Tier, workbook};

use slo_grid::{COUNTED, Case, DAYS, MINUTE, RATIOS, scaled, slo, tool};

/// An outage that goes on for a while after the alert must have fired.
fn case(tier: &Tier, budget: f64, period: Millis, ratio: f64) -> Case {
    let step = Step {
        ratio,
        history: None,
    };
    let told = predict(tier, budget, period, step);
    let fires = told.fires_after.unwrap_or(90.0 * 60.0);
    Case {
        ratio,
        history: 70,
        outage: (fires / 60.0).ceil() as u64 + 10,
        recovery: 20,
    }
}

/// Both counters, minute by minute, as promtool writes series.
fn series(case: &Case) -> String {
    let mut text = String::new();
    for (index, status) in ["200", "500"].into_iter().enumerate() {
        // Each part begins where the one before it ended.
        let mut value = COUNTED[index];
        let mut values = value.to_string();
        for (steps, minutes) in case.parts() {
            let step = steps[index];
            let _ = write!(values, " {}+{step}x{}", value + step, minutes - 1);
            value += step * minutes as f64;
        }
        let _ = writeln!(
            text,
            "      - series: 'requests_total{{status=\"{status}\"}}'\n        values: '{values}'"
        );
    }
    text
}

/// A test file for one tier of one period, and how many alerts it expects to see.
fn test_file(days: u64, index: usize, rules: &str) -> (String, usize) {
    let slo = slo("test", days, "");
    let (budget, period) = (slo.objective.budget(), slo.objective.period);
    let tier = scaled(&workbook(period)[index]);
    let mut text = format!("rule_files: [{rules}]\nevaluation_interval: 1m\ntests:\n");
    let mut seen = 0;
    for ratio in RATIOS {
        let case = case(&tier, budget, period, ratio);
        let grid = Grid {
            scrape: Millis(MINUTE),
            scrape_phase: Millis(0),
            evaluate: Millis(MINUTE),
            evaluate_phase: Millis(0),
        };
        let run = evaluate(&tier, budget, &case.profile(), grid);
        assert_eq!(
            predict(
                &tier,
                budget,
                period,
                Step {
                    ratio,
                    history: None
                }
            )
            .fires_after
            .is_some(),
            !run.firing().is_empty(),
            "closed form and grid disagree on whether tier {index} fires at {ratio}"
        );
        let _ = write!(
            text,
            "  - interval: 1m\n    input_series:\n{}",
            series(&case)
        );
        text.push_str("    alert_rule_test:\n");
        let name = if index == 0 || index == 1 {
            "TestFastBurn"
        } else {
            "TestBudgetDrain"
        };
        for evaluation in &run.evaluations {
            let at = evaluation.at.to_promql();
            let firing = evaluation.state == AlertState::Firing;
            let _ = write!(
                text,
                "      - {{ eval_time: {at}, alertname: {name}, exp_alerts: ["
            );
            if firing {
                seen += 1;
                let severity = tier.urgency.as_str();
                let burn = if severity == "page" { "fast" } else { "slow" };
                let _ = write!(
                    text,
                    "{{ exp_labels: {{ severity: {severity}, burn: {burn}, slo: test, service: kv }} }}"
                );
            }
            text.push_str("] }\n");
        }
    }
    (text, seen)
}

#[test]
fn prometheus_fires_and_resets_at_the_very_evaluation_that_the_oracle_tells() {
    let promtool = tool("promtool");
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for days in DAYS {
        for index in 0..4 {
            let slo = slo("test", days, "");
            let tier = workbook(slo.objective.period)[index];
            let options = Options {
                scrape: Millis(MINUTE),
                interval: Millis(MINUTE),
                tiers: Tiers::fixed(vec![scaled(&tier)]),
                ..Options::default()
            };
            // Annotations are words; promtool would want them all repeated.
            let rules = compile(&[slo], "the test", &options).unwrap();
            let rules: Vec<&str> = rules
                .lines()
                .filter(|line| {
                    !["annotations:", "summary:", "description:"]
                        .iter()
                        .any(|word| line.trim_start().starts_with(word))
                })
                .collect();
            let name = format!("rules-{days}-{index}.yaml");
            std::fs::write(folder.path().join(&name), rules.join("\n")).unwrap();
            let (test, seen) = test_file(days, index, &name);
            assert!(seen > 0, "tier {index} of {days} d fires somewhere");
            let test_name = format!("test-{days}-{index}.yaml");
            std::fs::write(folder.path().join(&test_name), test).unwrap();
            files.push(test_name);
        }
    }
    let said = run(&promtool, folder.path(), &files);
    assert!(said.is_empty(), "{said}");

    // The comparison can fail: a page that fires at a twelfth less is caught.
    let rules = folder.path().join("rules-30-0.yaml");
    let mutated = std::fs::read_to_string(&rules)
        .unwrap()
        .replace("(14.4 *", "(13.2 *");
    std::fs::write(&rules, mutated).unwrap();
    let said = run(&promtool, folder.path(), &["test-30-0.yaml".to_owned()]);
    assert!(said.contains("FAILED"), "{said}");
}

/// What promtool says when it does not agree.
fn run(promtool: &Path, folder: &Path, files: &[String]) -> String {
    let output = Command::new(promtool)
        .args(["test", "rules"])
        .args(files)
        .current_dir(folder)
        .output()
        .unwrap();
    if output.status.success() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    text.chars().take(4000).collect()
}
