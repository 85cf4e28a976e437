//! The stall experiment, told by each tool: a server that holds whatever comes in two of ten seconds until their end.
//!
//! At 100 requests per second over 10 connections the truth is known: a fifth of the intended arrivals meets the stall,
//! their latencies are uniform on (0, 2 s], so above q = 0.8 the quantile is `(q − 0.8)/0.2 · 2 s`.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tabled::builder::Builder;
use tabled::settings::Style;

use crate::client::Bench;
use crate::closed::not_understood;
use crate::server::Server;
use crate::tool::{Kind, Tool, sloproof, words};

/// Makes the benchmark's own program serve with a stall.
pub(crate) const FLAG: &str = "--serve-stall";

const SECONDS: u64 = 10;
/// It begins and ends between two arrivals: which of them it meets is no matter of a millisecond.
const STALL: std::ops::Range<Duration> = Duration::from_millis(4995)..Duration::from_millis(6995);
const TRUTH: [f64; 4] = [0.0, 1000.0, 1500.0, 1900.0];

/// What one tool told.
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) requests: f64,
    /// p50, p90, p95 and p99 in milliseconds; `None` where it does not tell.
    pub(crate) ms: [Option<f64>; 4],
}

/// Prints its address and serves until it is stopped. The clock starts with the first request.
pub(crate) fn serve() -> io::Result<()> {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    io::stdout().flush()?;
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || answer(stream, &FIRST));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, first: &OnceLock<Instant>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = [0; 4096];
    // Requests are short and come in one piece.
    while stream.read(&mut buffer).is_ok_and(|length| length > 0) {
        let since = first.get_or_init(Instant::now).elapsed();
        if STALL.contains(&since) {
            std::thread::sleep(STALL.end.saturating_sub(since));
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        if stream.write_all(answer).is_err() {
            return;
        }
    }
}

/// Each tool once, each on a server of its own.
pub(crate) fn run(bench: &Bench, tools: &[Tool]) -> io::Result<Vec<Told>> {
    let mut told = Vec::new();
    for tool in tools {
        for (name, arguments) in asked(tool.kind, bench) {
            let server = Server::start(bench, FLAG)?;
            let arguments = arguments(&server.url);
            let spent = bench.measure(&tool.program, &arguments)?;
            let (requests, ms) = read(tool.kind, &spent.output)
                .ok_or_else(|| not_understood(tool.kind, &spent.output))?;
            told.push(Told { name, requests, ms });
        }
    }
    Ok(told)
}

type Ask<'a> = Box<dyn Fn(&str) -> Vec<String> + 'a>;

fn asked(kind: Kind, bench: &Bench) -> Vec<(String, Ask<'_>)> {
    let oha = |more: &'static [&'static str]| -> Ask<'_> {
        Box::new(move |url| {
            let mut all = words(&["--no-tui", "--output-format", "json"]);
            all.extend(words(more));
            all.extend(words(&["-q", "100", "-c", "10", "-z", "10s", url]));
            all
        })
    };
    match kind {
        Kind::Sloproof => vec![(
            "sloproof load -r 100 -c 10".into(),
            Box::new(|url| sloproof(url, bench, "10s", &["-r", "100", "-c", "10"])),
        )],
        Kind::Wrk => vec![(
            "wrk -c 10 (closed loop)".into(),
            Box::new(|url| words(&["--latency", "-t", "1", "-c", "10", "-d", "10s", url])),
        )],
        Kind::Oha => vec![
            ("oha -q 100 -c 10".into(), oha(&[])),
            (
                "oha -q 100 -c 10 --latency-correction".into(),
                oha(&["--latency-correction"]),
            ),
        ],
        Kind::Hey => vec![(
            "hey -q 10 -c 10".into(),
            Box::new(|url| words(&["-q", "10", "-c", "10", "-z", "10s", url])),
        )],
    }
}

fn read(kind: Kind, output: &str) -> Option<(f64, [Option<f64>; 4])> {
    let requests = kind.read(output)?.requests;
    let ms = match kind {
        Kind::Sloproof => {
            let report: Value = serde_json::from_str(output).ok()?;
            let response = &report["routes"][0]["response"];
            ["p50_ms", "p90_ms", "p95_ms", "p99_ms"].map(|name| response[name].as_f64())
        }
        Kind::Oha => {
            let report: Value = serde_json::from_str(output).ok()?;
            let seconds = &report["latencyPercentiles"];
            ["p50", "p90", "p95", "p99"].map(|name| Some(seconds[name].as_f64()? * 1000.0))
        }
        Kind::Wrk => ["50%", "90%", "95%", "99%"].map(|name| {
            let mut lines = output.lines().map(str::split_whitespace);
            let value =
                lines.find_map(|mut line| (line.next()? == name).then(|| line.next())?)?;
            let (number, scale) = match value {
                v if v.ends_with("us") => (v.strip_suffix("us")?, 0.001),
                v if v.ends_with("ms") => (v.strip_suffix("ms")?, 1.0),
                v => (v.strip_suffix('s')?, 1000.0),
            };
            Some(number.parse::<f64>().ok()? * scale)
        }),
        Kind::Hey => ["50%", "90%", "95%", "99%"].map(|name| {
            let line = output.lines().find(|line| line.trim().starts_with(name))?;
            let seconds: f64 = line.split_whitespace().nth(2)?.parse().ok()?;
            Some(seconds * 1000.0)
        }),
    };
    Some((requests, ms))
}

/// One row per tool, below the truth.
pub(crate) fn table(told: &[Told]) -> String {
    let show = |ms: &Option<f64>| ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.1}"));
    let mut rows = Builder::default();
    rows.push_record([
        "stall of 2 s in 10 s",
        "requests",
        "p50 ms",
        "p90 ms",
        "p95 ms",
        "p99 ms",
    ]);
    let mut truth = vec!["**truth**".to_owned(), (SECONDS * 100).to_string()];
    truth.extend(TRUTH.iter().map(|ms| {
        if *ms > 0.0 {
            format!("{ms:.0}")
        } else {
            "< 2".to_owned()
        }
    }));
    rows.push_record(truth);
    for told in told {
        let mut row = vec![told.name.clone(), format!("{:.0}", told.requests)];
        row.extend(told.ms.iter().map(show));
        rows.push_record(row);
    }
    rows.build().with(Style::markdown()).to_string()
}
