//! The compiled rules, evaluated by real Prometheus in virtual time, against the oracle: 4 tiers, 6 error ratios and
//! 3 periods, each from the last quiet evaluation before it fires to the first quiet one after it resets.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sloproof::model::{AlertState, Millis};
use sloproof::slo::compile::{Options, compile};
use sloproof::slo::oracle::{Grid, Profile, Step, evaluate, predict};
use sloproof::slo::tier::{Tier, workbook};
use sloproof::slo::{Indicator, Objective, Part, Slo, Tiers};

const RATIOS: [f64; 6] = [1.0, 0.15, 0.10, 0.02, 0.01, 0.005];
const DAYS: [u64; 3] = [7, 30, 90];
const MINUTE: u64 = 60_000;
/// Requests per second: such that every ratio is a whole number of failures per minute.
const RATE: f64 = 100.0;

fn promtool() -> PathBuf {
    let output = Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .args(["stack", "install"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("promtool"));
    let path = line.and_then(|line| line.split_whitespace().nth(2));
    PathBuf::from(path.expect("promtool is installed and its path told"))
}

fn slo(days: u64) -> Slo {
    Slo {
        objective: Objective {
            name: "test".into(),
            description: String::new(),
            target: 0.999,
            period: Millis(days * 24 * 60 * MINUTE),
            queries: Vec::new(),
        },
        service: Some("kv".into()),
        labels: [].into(),
        indicator: Indicator {
            part: Part::Bad,
            part_query: r#"requests_total{status="500"}"#.into(),
            total_query: "requests_total".into(),
        },
    }
}

/// One outage in minutes, scaled so that every tier looks back over one hour and five minutes.
struct Case {
    ratio: f64,
    /// Healthy minutes before the outage.
    history: u64,
    outage: u64,
    recovery: u64,
}

impl Case {
    /// An outage that goes on for a while after the alert must have fired.
    fn of(tier: &Tier, budget: f64, period: Millis, ratio: f64) -> Self {
        let step = Step {
            ratio,
            history: None,
        };
        let told = predict(tier, budget, period, step);
        let fires = told.fires_after.unwrap_or(90.0 * 60.0);
        Self {
            ratio,
            history: 70,
            outage: (fires / 60.0).ceil() as u64 + 10,
            recovery: 20,
        }
    }

    fn profile(&self) -> Profile {
        let minutes = self.history + self.outage + self.recovery;
        let (start, length) = (Millis(self.history * MINUTE), Millis(self.outage * MINUTE));
        Profile::step((minutes * 60) as usize, RATE, self.ratio, start, length).after(1e6, 1e3)
    }

    /// Both counters, minute by minute, as promtool writes series.
    fn series(&self) -> String {
        let run = |start: f64, step: fn(&Self, f64) -> f64, this: &Self| {
            // Each part begins where the one before it ended.
            let parts = [
                (0.0, this.history),
                (this.ratio, this.outage),
                (0.0, this.recovery),
            ];
            let mut text = format!("{start}");
            let mut value = start;
            for (ratio, minutes) in parts {
                let step = step(this, ratio);
                let _ = write!(text, " {}+{step}x{}", value + step, minutes - 1);
                value += step * minutes as f64;
            }
            text
        };
        let good = run(
            1e6 - 1e3,
            |_, ratio| ((1.0 - ratio) * RATE * 60.0).round(),
            self,
        );
        let bad = run(1e3, |_, ratio| (ratio * RATE * 60.0).round(), self);
        format!(
            "      - series: 'requests_total{{status=\"200\"}}'\n        values: '{good}'\n      - series: 'requests_total{{status=\"500\"}}'\n        values: '{bad}'\n"
        )
    }
}

/// A test file for one tier of one period, and how many alerts it expects to see.
fn test_file(days: u64, index: usize, rules: &str) -> (String, usize) {
    let slo = slo(days);
    let (budget, period) = (slo.objective.budget(), slo.objective.period);
    let tier = scaled(&workbook(period)[index]);
    let mut text = format!("rule_files: [{rules}]\nevaluation_interval: 1m\ntests:\n");
    let mut seen = 0;
    for ratio in RATIOS {
        let case = Case::of(&tier, budget, period, ratio);
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
            case.series()
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

/// Every tier as if its long window were an hour; ratios and burn rates do not know the difference.
fn scaled(tier: &Tier) -> Tier {
    tier.scaled_down((tier.long.0 / (60 * MINUTE)) as u32)
}

#[test]
fn prometheus_fires_and_resets_at_the_very_evaluation_that_the_oracle_tells() {
    let promtool = promtool();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for days in DAYS {
        for index in 0..4 {
            let slo = slo(days);
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
