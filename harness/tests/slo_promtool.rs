//! Compiled rules in real Prometheus: whatever is accepted loads, and what the options promise holds in virtual time.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sloproof::model::{Millis, Source};
use sloproof::slo::compile::{CompileError, Options, compile, loki};
use sloproof::slo::tiers;
use sloproof::slo::{Indicator, Objective, Part, Slo, Tiers, openslo};

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;

fn promtool(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    let tool = TOOL.get_or_init(|| {
        let output = Command::new(env!("CARGO_BIN_EXE_sloproof"))
            .args(["stack", "install"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find(|line| line.starts_with("promtool"));
        let path = line.and_then(|line| line.split_whitespace().nth(2));
        PathBuf::from(path.expect("promtool is installed and its path told"))
    });
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    Err(said.chars().take(4000).collect())
}

/// Whether Prometheus would load these rules.
fn check(rules: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yaml"), rules).unwrap();
    promtool(
        folder.path(),
        &["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"],
    )
}

/// Whether `tests`, the list under `tests:`, hold of these rules.
fn test(rules: &str, interval: &str, tests: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yaml"), rules).unwrap();
    let text = format!(
        "rule_files: [rules.yaml]\nevaluation_interval: {interval}\nfuzzy_compare: true\ntests:\n{tests}"
    );
    fs::write(folder.path().join("test.yaml"), text).unwrap();
    promtool(folder.path(), &["test", "rules", "test.yaml"])
}

fn slo(name: &str, target: f64, part: Part, part_query: &str, total_query: &str) -> Slo {
    Slo {
        objective: Objective {
            name: name.into(),
            description: String::new(),
            target,
            period: Millis(30 * DAY),
            queries: Vec::new(),
        },
        service: Some("shop".into()),
        labels: [].into(),
        indicator: Indicator {
            part,
            part_query: part_query.into(),
            total_query: total_query.into(),
        },
    }
}

fn errors(target: f64) -> Slo {
    let bad = r#"requests_total{status="500"}"#;
    slo("errors", target, Part::Bad, bad, "requests_total")
}

fn file_of_tiers(text: &str) -> Tiers {
    let source = Source {
        file: "tiers.yaml".into(),
        text: text.into(),
    };
    let mut found = Vec::new();
    let tiers = tiers::read(&source, &mut found);
    assert!(found.is_empty(), "{found:?}");
    tiers
}

#[test]
fn every_option_compiles_to_rules_that_prometheus_loads() {
    let custom = "tiers:\n  - { severity: page, budget: 2%, long: 1h, for: 2m, keepFiringFor: 10m }\n  - { severity: ticket, factor: 2, long: 1d, short: 2h }\n  - { severity: ticket, factor: 1, long: 3d, for: 1h }\n";
    let mut labelled = errors(0.999);
    for (name, value) in [
        ("team", "a {{ $labels.x }} {{"),
        ("severity", "high"),
        ("cost/centre", "no"),
    ] {
        labelled.labels.insert(name.into(), value.into());
    }
    let rate = "sum(rate(requests_total[{{.window}}]))";
    let slos = [
        labelled,
        slo("rates", 0.95, Part::Good, rate, rate),
        slo("a.b_c-d", 0.99, Part::Good, "x{}", r#"{__name__="y"}"#),
    ];
    for scale in [1, 60] {
        for tiers in [Tiers::default(), file_of_tiers(custom)] {
            for (min_events, absent, runbooks) in [
                (None, false, None),
                (Some(100), true, Some("https://runbooks/".to_owned())),
            ] {
                let options = Options {
                    time_scale: scale,
                    scrape: Millis(if scale == 1 { 15_000 } else { 500 }),
                    min_events,
                    absent,
                    runbooks,
                    tiers: tiers.clone(),
                    ..Options::default()
                };
                let rules = compile(&slos, "slo/\"x\"\n.yaml", &options).unwrap();
                check(&rules).unwrap_or_else(|said| panic!("{said}\n{rules}"));
                assert_eq!(rules, compile(&slos, "slo/\"x\"\n.yaml", &options).unwrap());
            }
        }
    }
}

#[test]
fn a_time_scale_that_leaves_fewer_than_five_scrapes_in_a_window_is_refused() {
    let with = |time_scale, scrape| Options {
        time_scale,
        scrape: Millis(scrape),
        ..Options::default()
    };
    let slos = [errors(0.999)];
    // Five minutes divided by 60 are 5 s.
    assert!(compile(&slos, "x", &with(60, 1000)).is_ok());
    let refused = compile(&slos, "x", &with(60, 1001)).unwrap_err();
    assert!(
        matches!(&refused, CompileError::WindowTooShort { window, .. } if *window == Millis(5000)),
        "{refused}"
    );
    assert!(compile(&slos, "x", &with(61, 1000)).is_err());
}

/// Ten requests an hour, of which one fails: 10 % of the hour and 100 times the pace of the budget.
const ONE_OF_TEN: &str = "  - interval: 1m
    input_series:
      - { series: 'requests_total{status=\"200\"}', values: '0x5 1x5 2x5 3x5 4x5 5x5 6x5 7x5 8x5 9x40' }
      - { series: 'requests_total{status=\"500\"}', values: '0x55 1x40' }
    promql_expr_test:
      - { expr: 'count(ALERTS{alertname=\"ErrorsFastBurn\",alertstate=\"firing\"})', eval_time: 58m, exp_samples: [EXPECTED] }
";

#[test]
fn one_failure_of_ten_requests_pages_and_a_least_number_of_events_keeps_it_quiet() {
    let slos = [errors(0.999)];
    let fires = ONE_OF_TEN.replace("EXPECTED", "{ value: 1 }");
    let quiet = ONE_OF_TEN.replace("EXPECTED", "");
    let rules = compile(&slos, "x", &Options::default()).unwrap();
    test(&rules, "1m", &fires).unwrap();
    let guarded = Options {
        min_events: Some(100),
        ..Options::default()
    };
    let rules = compile(&slos, "x", &guarded).unwrap();
    test(&rules, "1m", &quiet).unwrap();
    test(&rules, "1m", &fires).unwrap_err();
}

#[test]
fn the_end_of_all_series_is_silent_unless_absence_is_an_alert() {
    let series = "  - interval: 1m
    input_series:
      - { series: 'requests_total{status=\"200\"}', values: '0+60x30 stale' }
      - { series: 'requests_total{status=\"500\"}', values: '0x30 stale' }
    promql_expr_test:
      - { expr: 'count(ALERTS{alertname=\"ErrorsAbsent\",severity=\"page\"})', eval_time: 30m, exp_samples: [] }
      - { expr: 'count(ALERTS)', eval_time: 50m, exp_samples: [EXPECTED] }
";
    let slos = [errors(0.999)];
    let rules = compile(&slos, "x", &Options::default()).unwrap();
    test(&rules, "1m", &series.replace("EXPECTED", "")).unwrap();
    let told = Options {
        absent: true,
        ..Options::default()
    };
    let rules = compile(&slos, "x", &told).unwrap();
    test(&rules, "1m", &series.replace("EXPECTED", "{ value: 1 }")).unwrap();
}

#[test]
fn for_delays_the_page_and_keep_firing_for_holds_it() {
    // 10 % of 6,000 requests a minute from minute 70 to 90: above the threshold at 8.64 min, clear 4.28 min after.
    let series = "  - interval: 1m
    input_series:
      - { series: 'requests_total{status=\"200\"}', values: '0+6000x70 425400+5400x19 534000+6000x60' }
      - { series: 'requests_total{status=\"500\"}', values: '0x70 600+600x19 12000x60' }
    promql_expr_test:
      - { expr: 'count(ALERTS{alertname=\"ErrorsFastBurn\",alertstate=\"firing\"})', eval_time: 83m, exp_samples: [] }
      - { expr: 'count(ALERTS{alertname=\"ErrorsFastBurn\",alertstate=\"firing\"})', eval_time: 86m, exp_samples: [{ value: 1 }] }
      - { expr: 'count(ALERTS{alertname=\"ErrorsFastBurn\",alertstate=\"firing\"})', eval_time: 103m, exp_samples: [{ value: 1 }] }
      - { expr: 'count(ALERTS{alertname=\"ErrorsFastBurn\",alertstate=\"firing\"})', eval_time: 108m, exp_samples: [] }
";
    let options = Options {
        tiers: file_of_tiers(
            "tiers: [{ severity: page, budget: 2%, long: 1h, for: 5m, keepFiringFor: 10m }]",
        ),
        ..Options::default()
    };
    let rules = compile(&[errors(0.999)], "x", &options).unwrap();
    test(&rules, "1m", series).unwrap();
}

#[test]
fn a_latency_objective_reads_the_same_from_classic_and_native_histograms() {
    let native = "sum(rate(native_seconds[{{.window}}]))";
    let slos = [
        slo(
            "classic",
            0.99,
            Part::Good,
            r#"classic_seconds_bucket{le="0.25"}"#,
            "classic_seconds_count",
        ),
        slo(
            "native",
            0.99,
            Part::Good,
            &format!("histogram_fraction(0, 0.25, {native}) * histogram_count({native})"),
            &format!("histogram_count({native})"),
        ),
    ];
    let rules = compile(&slos, "x", &Options::default()).unwrap();
    check(&rules).unwrap();
    // Buckets of schema 0 double: (0.125, 0.25] holds 90 of 100 observations a minute, (0.25, 0.5] the other 10.
    let tests = "  - interval: 1m
    input_series:
      - { series: 'classic_seconds_bucket{le=\"0.25\"}', values: '0+90x120' }
      - { series: 'classic_seconds_count', values: '0+100x120' }
      - { series: 'native_seconds', values: '{{schema:0 count:0 sum:0}}+{{schema:0 count:100 sum:20 offset:-2 buckets:[90 10]}}x120' }
    promql_expr_test:
      - expr: round(slo:sli_error:ratio_rate1h, 0.000001)
        eval_time: 110m
        exp_samples:
          - { labels: '{slo=\"classic\",service=\"shop\"}', value: 0.1 }
          - { labels: '{slo=\"native\",service=\"shop\"}', value: 0.1 }
      - { expr: 'round(slo:error_budget_remaining:ratio, 0.001)', eval_time: 110m, exp_samples: [{ labels: '{slo=\"classic\",service=\"shop\"}', value: -9 }, { labels: '{slo=\"native\",service=\"shop\"}', value: -9 }] }
";
    test(&rules, "1m", tests).unwrap();
}

#[test]
fn log_lines_become_rules_for_loki_and_nothing_for_prometheus() {
    let slos = [
        slo(
            "logs",
            0.999,
            Part::Bad,
            r#"{app="kv"} | json | status >= 500"#,
            r#"{app="kv"} | json"#,
        ),
        errors(0.999),
    ];
    let prometheus = compile(&slos, "x", &Options::default()).unwrap();
    check(&prometheus).unwrap();
    assert!(!prometheus.contains("LogsFastBurn"));
    let rules = loki::compile(&slos, "x", &Options::default()).unwrap();
    assert!(rules.contains("- alert: LogsFastBurn") && !rules.contains("Errors"));
    assert!(!rules.contains("keep_firing_for"));
    let kept = Options {
        tiers: file_of_tiers(
            "tiers: [{ severity: page, budget: 2%, long: 1h, keepFiringFor: 10m }]",
        ),
        ..Options::default()
    };
    let refused = loki::compile(&slos, "x", &kept).unwrap_err();
    assert!(
        matches!(refused, CompileError::KeepFiring { .. }),
        "{refused}"
    );
}

/// A document whose parts may be anything that the reader takes.
fn documents() -> impl Strategy<Value = String> {
    let name = "[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,6})?";
    let text = "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{2028}\u{2029}\u{fffe}\u{ffff}]{0,12}";
    let query = prop_oneof![
        "[a-z_:]{1,8}",
        "[a-z_]{1,8}\\{[a-z]{1,4}=\"[^\"\\\\\u{0}-\u{1f}\u{7f}-\u{9f}]{0,8}\"\\}",
        Just("sum(rate(x[{{.window}}]))".to_owned()),
        Just("sum(increase(x{a='b'}[{{.window}}]))".to_owned()),
    ];
    let slo = (
        name,
        text,
        proptest::option::of(text),
        (query.clone(), query),
        0.95_f64..0.999_99,
        3_u32..100,
        (any::<bool>(), "[a-z]{1,8}", text),
    );
    proptest::collection::vec(slo, 1..4).prop_map(|slos| {
        let mut out = String::new();
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        for (name, description, service, (part_query, total), target, days, extra) in slos {
            let (good, label, value) = extra;
            let part = if good { "good" } else { "bad" };
            let service = service.map_or_else(String::new, |s| format!("  service: {}\n", quoted(&s)));
            let metric = |query: &str| {
                format!("{{ metricSource: {{ spec: {{ query: {} }} }} }}", quoted(query))
            };
            let _ = write!(
                out,
                "---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: {name}, labels: {{ {label}: {} }} }}\nspec:\n  description: {}\n{service}  budgetingMethod: Occurrences\n  timeWindow: [{{ duration: {days}d, isRolling: true }}]\n  objectives: [{{ target: {target} }}]\n  indicator:\n    metadata: {{ name: i }}\n    spec: {{ ratioMetric: {{ counter: true, {part}: {}, total: {} }} }}\n",
                quoted(&value),
                quoted(&description),
                metric(&part_query),
                metric(&total),
            );
        }
        out
    })
}

#[test]
fn every_document_that_is_accepted_compiles_to_rules_that_prometheus_loads() {
    let mut runner = TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let written = std::cell::RefCell::new(Vec::new());
    runner
        .run(&documents(), |text| {
            let source = Source {
                file: "slo.yaml".into(),
                text,
            };
            let mut found = Vec::new();
            let slos = openslo::read(&source, &mut found);
            if !found.is_empty() {
                return Ok(());
            }
            let options = Options {
                absent: true,
                min_events: Some(10),
                ..Options::default()
            };
            // A refusal names its reason; anything else must load.
            if let Ok(rules) = compile(&slos, "slo.yaml", &options) {
                let name = format!("{}.yaml", written.borrow().len());
                fs::write(folder.path().join(&name), rules).unwrap();
                written.borrow_mut().push(name);
            }
            Ok(())
        })
        .unwrap();
    let written = written.into_inner();
    assert!(
        written.len() >= 200,
        "most documents compile, {} did",
        written.len()
    );
    // One call for all: starting promtool costs more than reading rules.
    let mut arguments = vec!["check", "rules"];
    arguments.extend(written.iter().map(String::as_str));
    promtool(folder.path(), &arguments).unwrap();
}

#[test]
fn a_thousand_slos_load() {
    let slos: Vec<Slo> = (0..1000)
        .map(|i| {
            let bad = format!(r#"requests_total{{service="s{i}",status=~"5.."}}"#);
            let total = format!(r#"requests_total{{service="s{i}"}}"#);
            slo(&format!("slo-{i}"), 0.999, Part::Bad, &bad, &total)
        })
        .collect();
    check(&compile(&slos, "x", &Options::default()).unwrap()).unwrap();
}

/// Requests of an hour, in thousands: the working day has four times the traffic of the night.
fn diurnal(hour: u64) -> f64 {
    let day = std::f64::consts::TAU * (hour % 24) as f64 / 24.0;
    (100.0 * (2.5 - 1.5 * day.cos())).round()
}

#[test]
fn the_compiled_budget_counts_events_where_an_average_of_ratios_weighs_night_as_day() {
    // Every night from 1 to 4 o'clock 2 % fail, when there is little to fail; nothing else ever does.
    let hours = 31 * 24;
    let (mut good, mut bad) = (0.0, 0.0);
    let (mut goods, mut bads) = ("0".to_owned(), "0".to_owned());
    let mut rows = vec![(0.0, 0.0)];
    for hour in 0..hours {
        let total = diurnal(hour) * 1000.0;
        let failed = if (1..4).contains(&(hour % 24)) {
            total * 0.02
        } else {
            0.0
        };
        good += total - failed;
        bad += failed;
        let _ = write!(goods, " {good}");
        let _ = write!(bads, " {bad}");
        rows.push((bad, good + bad));
    }
    let (first, last) = (rows[hours as usize - 30 * 24], rows[hours as usize]);
    let budget = 0.01;
    let truth = 1.0 - (last.0 - first.0) / (last.1 - first.1) / budget;

    let custom = "tiers: [{ severity: page, budget: 5%, long: 12h, short: 6h }]";
    let options = Options {
        scrape: Millis(60 * MINUTE),
        interval: Millis(60 * MINUTE),
        tiers: file_of_tiers(custom),
        ..Options::default()
    };
    let rules = compile(&[errors(0.99)], "x", &options).unwrap();
    let averaged = "\n  - name: averaged\n    rules:\n      - record: hourly\n        expr: sum(increase(requests_total{status=\"500\"}[2h])) / sum(increase(requests_total[2h]))\n      - record: averaged\n        expr: 1 - avg_over_time(hourly[30d]) / 0.01\n";
    let rules = rules + averaged;
    let at = hours;
    let within = |expr: &str, least: f64, most: f64| {
        format!(
            "      - {{ expr: 'count(({expr}) > {least} and ({expr}) < {most})', eval_time: {at}h, exp_samples: [{{ value: 1 }}] }}\n"
        )
    };
    let series = format!(
        "  - interval: 1h\n    input_series:\n      - {{ series: 'requests_total{{status=\"200\"}}', values: '{goods}' }}\n      - {{ series: 'requests_total{{status=\"500\"}}', values: '{bads}' }}\n    promql_expr_test:\n"
    );
    // 0.01 percentage points.
    let near = within(
        "slo:error_budget_remaining:ratio",
        truth - 1e-4,
        truth + 1e-4,
    );
    test(&rules, "1h", &(series.clone() + &near)).unwrap();
    // Half as much traffic counted as if it were the mean: more than 5 percentage points too little is left.
    let far = within("averaged", -1.0, truth - 0.05);
    test(&rules, "1h", &(series.clone() + &far)).unwrap();
    let wrong = within(
        "slo:error_budget_remaining:ratio",
        truth + 1e-4,
        truth + 1.0,
    );
    test(&rules, "1h", &(series + &wrong)).unwrap_err();
}
