//! The open loop: whether a client sends what it was asked for, and when.

use std::io;

use tabled::builder::Builder;
use tabled::settings::Style;

use crate::client::Bench;
use crate::closed::{median, not_understood};
use crate::serve;
use crate::server::Server;
use crate::tool::{Kind, Tool};

/// One run of one tool at one rate.
pub(crate) struct Run {
    pub(crate) round: usize,
    pub(crate) kind: Kind,
    pub(crate) rate: u64,
    /// Achieved of offered.
    pub(crate) achieved: f64,
    pub(crate) delay_us: Option<(f64, f64)>,
    /// Cores that the client used.
    pub(crate) cores: f64,
    pub(crate) peak_mib: Option<f64>,
    pub(crate) invalid: bool,
}

/// All runs.
pub(crate) struct Open {
    pub(crate) runs: Vec<Run>,
    rates: Vec<u64>,
    kinds: Vec<Kind>,
}

/// Runs every tool that can keep a rate at 1,000/s, at 10,000/s and at `high`.
pub(crate) fn run(bench: &Bench, tools: &[Tool], high: u64) -> io::Result<Open> {
    let server = Server::start(bench, serve::ASLEEP)?;
    let rates = vec![1_000, 10_000, high];
    let mut runs = Vec::new();
    for round in 0..bench.rounds {
        for &rate in &rates {
            for tool in tools {
                let Some(arguments) = tool.kind.open(&server.url, rate, bench) else {
                    continue;
                };
                let spent = bench.measure(&tool.program, &arguments)?;
                let said = tool
                    .kind
                    .read(&spent.output)
                    .ok_or_else(|| not_understood(tool.kind, &spent.output))?;
                runs.push(Run {
                    round,
                    kind: tool.kind,
                    rate,
                    achieved: said.requests / (rate * bench.seconds) as f64,
                    delay_us: said.delay_us,
                    cores: spent.cpu_seconds / bench.seconds as f64,
                    peak_mib: spent.peak_mib,
                    invalid: spent.invalid,
                });
            }
        }
    }
    Ok(Open {
        runs,
        rates,
        kinds: tools.iter().map(|tool| tool.kind).collect(),
    })
}

impl Open {
    /// One row per rate and tool.
    pub(crate) fn table(&self) -> String {
        let mut rows = Builder::default();
        rows.push_record([
            "open loop",
            "offered/s",
            "achieved/offered",
            "schedule delay p50",
            "p99",
            "cores",
            "peak MiB",
            "told INVALID",
        ]);
        for &rate in &self.rates {
            for &kind in &self.kinds {
                let of = || {
                    self.runs
                        .iter()
                        .filter(move |run| run.rate == rate && run.kind == kind)
                };
                let Some(achieved) = median(of().map(|run| run.achieved).collect()) else {
                    continue;
                };
                let delay = |pick: fn((f64, f64)) -> f64| {
                    median(of().filter_map(|run| run.delay_us.map(pick)).collect())
                        .map_or_else(|| "not told".to_owned(), |us| format!("{us:.0} µs"))
                };
                let show = |value: Option<f64>, digits: usize| {
                    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
                };
                rows.push_record([
                    kind.name().to_owned(),
                    rate.to_string(),
                    format!("{:.2} %", achieved * 100.0),
                    delay(|(p50, _)| p50),
                    delay(|(_, p99)| p99),
                    show(median(of().map(|run| run.cores).collect()), 2),
                    show(median(of().filter_map(|run| run.peak_mib).collect()), 1),
                    invalid(kind, of().filter(|run| run.invalid).count(), of().count()),
                ]);
            }
        }
        rows.build().with(Style::markdown()).to_string()
    }
}

/// How many runs the tool itself did not trust.
fn invalid(kind: Kind, runs: usize, of: usize) -> String {
    match kind {
        Kind::Sloproof => format!("{runs} of {of}"),
        _ => "never tells".to_owned(),
    }
}
