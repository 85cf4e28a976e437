//! The closed loop: as many requests as a client can make on one core, and what one costs.

use std::io;

use tabled::builder::Builder;
use tabled::settings::Style;

use crate::client::Bench;
use crate::serve;
use crate::server::Server;
use crate::tool::{Kind, Tool};

/// One run of one tool.
pub(crate) struct Run {
    pub(crate) round: usize,
    pub(crate) kind: Kind,
    pub(crate) per_second: f64,
    pub(crate) cpu_us: f64,
    pub(crate) peak_mib: Option<f64>,
    /// Share of the server's core.
    pub(crate) server_busy: f64,
}

/// All runs.
pub(crate) struct Closed {
    pub(crate) runs: Vec<Run>,
    /// The server's flag.
    pub(crate) manner: &'static str,
    kinds: Vec<Kind>,
}

/// Runs all tools one after the other, and that again and again: what the machine does meanwhile meets all alike.
pub(crate) fn run(bench: &Bench, tools: &[Tool], manner: &'static str) -> io::Result<Closed> {
    let mut runs = Vec::new();
    for round in 0..bench.rounds {
        // Where a server's memory happens to lie suits one client better than another, for as long as it lives.
        let server = Server::start(bench, manner)?;
        for tool in tools {
            let before = server.cpu_seconds().unwrap_or(0.0);
            let arguments = tool.kind.closed(&server.url, bench);
            let spent = bench.measure(&tool.program, &arguments)?;
            let after = server.cpu_seconds().unwrap_or(0.0);
            let said = tool
                .kind
                .read(&spent.output)
                .ok_or_else(|| not_understood(tool.kind, &spent.output))?;
            runs.push(Run {
                round,
                kind: tool.kind,
                per_second: said.requests / said.seconds.unwrap_or(bench.seconds as f64),
                cpu_us: spent.cpu_seconds / said.requests * 1e6,
                peak_mib: spent.peak_mib,
                server_busy: (after - before) / bench.seconds as f64,
            });
        }
    }
    Ok(Closed {
        runs,
        manner,
        kinds: tools.iter().map(|tool| tool.kind).collect(),
    })
}

pub(crate) fn not_understood(kind: Kind, output: &str) -> io::Error {
    io::Error::other(format!(
        "what {} printed cannot be understood:\n{output}",
        kind.name()
    ))
}

impl Closed {
    /// Half of what wrk reached, or of what we did without it.
    pub(crate) fn half_of_wrk(&self) -> u64 {
        let base = if self.kinds.contains(&Kind::Wrk) {
            Kind::Wrk
        } else {
            Kind::Sloproof
        };
        (self.median(base, |run| Some(run.per_second)).unwrap_or(0.0) / 2.0) as u64
    }

    /// One row per tool, with ratios to wrk taken round by round.
    pub(crate) fn table(&self) -> String {
        let mut rows = Builder::default();
        rows.push_record([
            if self.manner == serve::AWAKE {
                "closed loop, 64 connections, server awake"
            } else {
                "closed loop, 64 connections, server asleep between requests"
            },
            "requests/s",
            "× wrk",
            "CPU µs/request",
            "× wrk",
            "peak MiB",
        ]);
        let show = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
        };
        for kind in &self.kinds {
            rows.push_record([
                kind.name().to_owned(),
                show(self.median(*kind, |run| Some(run.per_second)), 0),
                show(self.ratio(*kind, |run| run.per_second), 2),
                show(self.median(*kind, |run| Some(run.cpu_us)), 2),
                show(self.ratio(*kind, |run| run.cpu_us), 2),
                show(self.median(*kind, |run| run.peak_mib), 1),
            ]);
        }
        rows.build().with(Style::markdown()).to_string()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.kind == kind)
    }

    fn median(&self, kind: Kind, pick: impl Fn(&Run) -> Option<f64>) -> Option<f64> {
        median(self.of(kind).filter_map(pick).collect())
    }

    fn ratio(&self, kind: Kind, pick: impl Fn(&Run) -> f64) -> Option<f64> {
        let pairs = self.of(kind).zip(self.of(Kind::Wrk));
        median(pairs.map(|(run, wrk)| pick(run) / pick(wrk)).collect())
    }
}

/// The middle one, or the mean of the middle two.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
