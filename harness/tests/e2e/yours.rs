//! A service and a Prometheus that are not ours: no Loki, no Alertmanager, no stack.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Place, SLOPROOF, alone, tool};

/// Ends the process with the test.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn start_service() -> (Guard, String) {
    let binary = Path::new(SLOPROOF).with_file_name("target-service");
    let mut child = Command::new(binary)
        .args(["--listen", "127.0.0.1:0", "--database", "memory"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let address = first["addr"].as_str().unwrap().to_owned();
    // The pipe must be read, or the service's log writer would stop.
    std::thread::spawn(move || lines.for_each(drop));
    (Guard(child), address)
}

fn start_prometheus(place: &Place, service: &str) -> (Guard, String) {
    let dir = place.path().join("prometheus");
    fs::create_dir(&dir).unwrap();
    let config = format!(
        "global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}\nscrape_configs:\n  - job_name: mine\n    static_configs: [{{targets: ['{service}']}}]\n"
    );
    fs::write(dir.join("prometheus.yml"), config).unwrap();
    let address = format!("127.0.0.1:{}", free_port());
    let child = Command::new(tool("prometheus"))
        .arg(format!(
            "--config.file={}",
            dir.join("prometheus.yml").display()
        ))
        .arg(format!(
            "--storage.tsdb.path={}",
            dir.join("data").display()
        ))
        .arg(format!("--web.listen-address={address}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while std::net::TcpStream::connect(&address).is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "prometheus does not start"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    (Guard(child), address)
}

#[test]
fn the_parts_that_a_scenario_names_are_enough() {
    let _alone = alone();
    for attempt in 1..=3 {
        let place = Place::new();
        let (_service, service) = start_service();
        let (_prometheus, prometheus) = start_prometheus(&place, &service);
        let out = place.path().join("runs");
        let output = place
            .command(&[
                "run",
                "harness/tests/e2e/scenarios/yours.yaml",
                "--json",
                "--out",
                out.to_str().unwrap(),
            ])
            .env("TARGET_URL", format!("http://{service}"))
            .env("PROMETHEUS_URL", format!("http://{prometheus}"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(3) && attempt < 3 {
            let _ = writeln!(
                std::io::stderr(),
                "yours came out INVALID (attempt {attempt} of 3), repeating it:\n{said}"
            );
            continue;
        }
        assert_eq!(
            output.status.code(),
            Some(0),
            "{said}\n{}",
            String::from_utf8_lossy(&output.stdout)
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let statuses = |check: &str| -> Vec<String> {
            let findings = report["findings"].as_array().unwrap().iter();
            findings
                .filter(|f| f["check"] == check)
                .map(|f| f["status"].to_string())
                .collect()
        };
        assert!(
            statuses("requests/count").iter().all(|s| s == "\"pass\""),
            "{report}"
        );
        for check in [
            "logs/count",
            "notifications/delivered",
            "dashboards/panels",
            "rules/loaded",
        ] {
            assert!(
                statuses(check).iter().all(|s| s.contains("skipped")),
                "{check}: {:?}",
                statuses(check)
            );
        }
        return;
    }
}
