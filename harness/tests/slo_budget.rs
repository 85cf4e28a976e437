//! `sloproof slo budget` against a Prometheus that says what the test wants, and against a run's ledger.
#![forbid(unsafe_code)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

const SLO: &str = r"apiVersion: openslo/v1
kind: SLO
metadata: { name: checkout }
spec:
  service: shop
  indicator:
    metadata: { name: errors }
    spec:
      ratioMetric:
        counter: true
        bad: { metricSource: { spec: { query: 'errors_total' } } }
        total: { metricSource: { spec: { query: 'requests_total' } } }
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.99 }]
";

const POLICY: &str = "rules:
  - { below: 25%, action: review, says: risky changes wait }
  - { below: 0%, action: freeze, says: only fixes }
";

/// A server that answers instant queries: one number for bad events, one for all.
struct Prometheus {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Prometheus {
    fn saying(bad: Option<&'static str>, total: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        // Ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                let mut length = 0;
                let mut head = String::new();
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                    head += &line;
                    line.clear();
                }
                let mut body = vec![0; length];
                let _ = std::io::Read::read_exact(&mut reader, &mut body);
                let request = head + &String::from_utf8_lossy(&body);
                let value = if request.contains("errors_total") {
                    bad
                } else {
                    total
                };
                seen.lock().unwrap().push(request);
                let result = value.map_or_else(String::new, |value| {
                    format!(r#"{{"metric":{{}},"value":[1,"{value}"]}}"#)
                });
                let body = format!(
                    r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#
                );
                let _ = write!(
                    reader.get_mut(),
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { url, asked }
    }
}

fn budget(more: &[&str]) -> Output {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("slo.yaml"), SLO).unwrap();
    fs::write(place.path().join("policy.yaml"), POLICY).unwrap();
    Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .args(["slo", "budget", "slo.yaml", "--policy", "policy.yaml"])
        .args(more)
        .current_dir(place.path())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn cells(output: &Output) -> Vec<String> {
    let text = said(output);
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("checkout  "));
    let line = line.unwrap_or_else(|| panic!("{text}")).trim();
    line.split("  ")
        .map(|cell| cell.trim().to_owned())
        .filter(|cell| !cell.is_empty())
        .collect()
}

#[test]
fn what_is_left_stands_beside_the_counts_it_comes_from_and_the_policy_decides_the_exit_code() {
    for (bad, left, action, code) in [
        ("39", "61 %", "-", 0),
        ("76", "24 %", "review", 0),
        ("100", "0 %", "review", 0),
        ("103", "-3 %", "freeze", 1),
    ] {
        let prometheus = Prometheus::saying(Some(bad), Some("10000"));
        let output = budget(&["--prometheus", &prometheus.url]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        let told = cells(&output);
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let good = format!("9,{}", 1000 - bad.parse::<u32>().unwrap());
        let expected = [
            "checkout", "shop", "99 %", "30d", &good, bad, "10,000", "100", left, action,
        ];
        let close = told
            .iter()
            .zip(&expected)
            .all(|(told, expected)| told == expected || told.replace(".0 %", " %") == **expected);
        assert!(
            close && told.len() == expected.len(),
            "{told:?} is not {expected:?}"
        );
    }
}

#[test]
fn no_traffic_leaves_the_budget_whole_and_no_series_leaves_it_unknown() {
    let quiet = Prometheus::saying(Some("0"), Some("0"));
    let output = budget(&["--prometheus", &quiet.url]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(cells(&output)[8], "100 %");
    for (bad, total, why) in [
        (Some("NaN"), Some("5"), "NaN"),
        (None, Some("5"), "no series"),
        (Some("0"), None, "no series"),
    ] {
        let prometheus = Prometheus::saying(bad, total);
        let output = budget(&["--prometheus", &prometheus.url]);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert_eq!(cells(&output)[8], "unknown");
        assert!(said(&output).contains(why), "{}", said(&output));
    }
}

#[test]
fn a_calendar_window_reaches_back_to_its_turn() {
    let prometheus = Prometheus::saying(Some("0"), Some("10"));
    let output = budget(&[
        "--prometheus",
        &prometheus.url,
        "--calendar",
        "month",
        "--time-zone",
        "Europe/Berlin",
        "--at",
        "2026-05-13T10:00:00Z",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("since 2026-04-30 22:00:00 UTC"),
        "{}",
        said(&output)
    );
    let asked = prometheus.asked.lock().unwrap().join("\n");
    assert!(asked.contains("12d12h"), "{asked}");
}

#[test]
fn a_runs_ledger_knows_the_budget_too() {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/finished-run");
    let slo = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("slo/kv.yaml");
    let output = Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .args(["slo", "budget", "--json", "--run"])
        .arg(run)
        .arg(slo)
        .output()
        .unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    for row in rows {
        let known = row["budget"]["events"]["total"]
            .as_f64()
            .is_some_and(|total| total > 0.0);
        assert!(known || row["unknown"].is_string(), "{row}");
    }
}
