//! The tools: how each is asked for a load, and how it says what it did.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::client::{Bench, find};

/// Connections, and with it requests in flight, of every load.
pub(crate) const CONNECTIONS: u32 = 64;

/// A tool that is there.
pub(crate) struct Tool {
    pub(crate) kind: Kind,
    pub(crate) program: PathBuf,
}

/// Which tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sloproof,
    Wrk,
    Oha,
    Hey,
}

/// What a tool says it did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said {
    /// Answers.
    pub(crate) requests: f64,
    /// How long it sent, if it tells: wrk sends up to a tenth of a second longer than it is asked to.
    pub(crate) seconds: Option<f64>,
    /// Median and 99th percentile of sent − intended, in µs, if it tells.
    pub(crate) delay_us: Option<(f64, f64)>,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Sloproof, Self::Wrk, Self::Oha, Self::Hey];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sloproof => "sloproof",
            Self::Wrk => "wrk",
            Self::Oha => "oha",
            Self::Hey => "hey",
        }
    }

    fn install(self) -> &'static str {
        match self {
            Self::Sloproof => "cargo build --release -p sloproof",
            Self::Wrk => "apt-get install wrk",
            Self::Oha => "cargo install --locked oha",
            Self::Hey => "go install github.com/rakyll/hey@latest",
        }
    }

    /// As many requests as it can, on one thread.
    pub(crate) fn closed(self, url: &str, bench: &Bench) -> Vec<String> {
        let (seconds, connections) = (format!("{}s", bench.seconds), CONNECTIONS.to_string());
        match self {
            Self::Sloproof => sloproof(url, bench, &seconds, &["-c", &connections, "-t", "1"]),
            Self::Wrk => words(&["-t", "1", "-c", &connections, "-d", &seconds, url]),
            Self::Oha => words(&[
                "--no-tui",
                "--output-format",
                "json",
                "-c",
                &connections,
                "-z",
                &seconds,
                url,
            ]),
            Self::Hey => words(&["-cpus", "1", "-c", &connections, "-z", &seconds, url]),
        }
    }

    /// So many per second; `None` if it cannot.
    pub(crate) fn open(self, url: &str, rate: u64, bench: &Bench) -> Option<Vec<String>> {
        let (seconds, connections) = (format!("{}s", bench.seconds), CONNECTIONS.to_string());
        let rate_text = rate.to_string();
        // hey takes the rate of each of its workers.
        let share = format!("{}", rate as f64 / f64::from(CONNECTIONS));
        match self {
            Self::Sloproof => Some(sloproof(
                url,
                bench,
                &seconds,
                &["-r", &rate_text, "-c", &connections, "-t", "1"],
            )),
            Self::Wrk => None,
            Self::Oha => Some(words(&[
                "--no-tui",
                "--output-format",
                "json",
                "--latency-correction",
                "-q",
                &rate_text,
                "-c",
                &connections,
                "-z",
                &seconds,
                url,
            ])),
            Self::Hey => Some(words(&[
                "-cpus",
                "1",
                "-q",
                &share,
                "-c",
                &connections,
                "-z",
                &seconds,
                url,
            ])),
        }
    }

    /// Reads what it printed; `None` if that cannot be understood.
    pub(crate) fn read(self, output: &str) -> Option<Said> {
        match self {
            Self::Sloproof => {
                let report: Value = serde_json::from_str(output).ok()?;
                let delay = &report["instrument"]["delay"];
                let us = |name: &str| Some(delay[name].as_f64()? * 1000.0);
                let answered = report["routes"][0]["good"].as_f64()?;
                let recorded = report["routes"][0]["response"]["count"].as_f64()?;
                // Every latency is recorded, or the comparison is off.
                ((answered - recorded).abs() < 0.5).then_some(Said {
                    requests: answered,
                    seconds: None,
                    delay_us: us("p50_ms").zip(us("p99_ms")),
                })
            }
            Self::Wrk => {
                // "  569778 requests in 4.10s, 55.97MB read"
                let line = output.lines().find(|line| line.contains("requests in"))?;
                let mut words = line.split_whitespace();
                let count = words.next()?.parse().ok()?;
                let seconds = words.nth(2)?.strip_suffix("s,")?.parse().ok()?;
                requests(count, Some(seconds))
            }
            Self::Oha => {
                let report: Value = serde_json::from_str(output).ok()?;
                let count = report["statusCodeDistribution"]["200"].as_f64()?;
                requests(count, report["summary"]["total"].as_f64())
            }
            Self::Hey => {
                let line = output.lines().find(|line| line.contains("[200]"))?;
                let count = line.split_whitespace().nth(1)?;
                // "  Total:	4.0009 secs"
                let total = output
                    .lines()
                    .find_map(|line| line.trim().strip_prefix("Total:"))?;
                let seconds = total.split_whitespace().next()?.parse().ok()?;
                requests(count.parse().ok()?, Some(seconds))
            }
        }
    }
}

/// The tools that are there; tells how to get the others.
pub(crate) fn installed() -> Vec<Tool> {
    let mut tools = Vec::new();
    for kind in Kind::ALL {
        let program = match kind {
            Kind::Sloproof => Some(PathBuf::from(env!("CARGO_BIN_EXE_sloproof"))),
            _ => find(kind.name()),
        };
        match program {
            Some(program) => tools.push(Tool { kind, program }),
            None => println!(
                "{} is not installed and left out: {}",
                kind.name(),
                kind.install()
            ),
        }
    }
    tools
}

pub(crate) fn sloproof(url: &str, bench: &Bench, seconds: &str, more: &[&str]) -> Vec<String> {
    let scratch: &Path = bench.scratch.path();
    let mut all = words(&["load", url, "-d", seconds, "--json"]);
    all.extend(words(more));
    all.extend(["--out".to_owned(), scratch.display().to_string()]);
    all
}

pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the end of each tool's reading")]
fn requests(requests: f64, seconds: Option<f64>) -> Option<Said> {
    Some(Said {
        requests,
        seconds,
        delay_us: None,
    })
}
