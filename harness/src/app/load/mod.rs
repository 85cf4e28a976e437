//! `sloproof load`: load without telemetry, with the same engine, records and reports.

pub(super) mod plan;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;

use super::interrupt::Interrupt;
use super::judgement::{Record, write_reports};
use super::machine::Machine;
use super::manifest::{MANIFEST_SCHEMA_VERSION, Manifest};
use super::run::drive::{Site, drive};
use super::run_dir::RunDir;
use super::target_version::TargetVersion;
use super::{Console, Failure, fingerprint};
use crate::gate::exit;
use crate::load::Loop;
use crate::model::{EvidenceSet, Timeline};
use crate::report::{self, Format};
use crate::scenario::Plan;
pub(crate) use crate::scenario::per_second;
pub use crate::scenario::plan::ConnectPlan;
use crate::scenario::plan::secret;
use plan::Asked;

/// What to send, as typed.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// A URL, or a scenario file.
    pub target: String,
    /// Requests in flight at once; for a URL 64 if not said, for a scenario its own.
    pub connections: Option<u32>,
    /// How long; of a URL's load only, 10 s if not said.
    pub duration: Option<String>,
    /// Requests per second; `None` is a closed loop. Of a URL's load only.
    pub rate: Option<f64>,
    /// Threads that send.
    pub threads: Option<usize>,
    /// Time-out; of a URL's load only, 5 s if not said.
    pub timeout: Option<String>,
    /// Method; of a URL's load only, `GET` if not said.
    pub method: Option<String>,
    /// `name: value` lines; of a URL's load only.
    pub headers: Vec<String>,
    /// Body; of a URL's load only.
    pub body: Option<String>,
    /// How to connect; what is said here wins over a scenario.
    pub connect: ConnectPlan,
    /// Which version is loaded, as the user says; kept for comparisons.
    pub target_version: Option<String>,
    /// Random arrivals; of a URL's load only.
    pub poisson: bool,
    /// Fixes what is random; 1, or the scenario's own, if not said.
    pub seed: Option<u64>,
    /// Where run directories are made.
    pub out: PathBuf,
    /// Print JSON instead of the summary.
    pub json: bool,
}

/// Sends the load and returns the verdict's exit code.
pub async fn load(console: &Console, options: &LoadOptions) -> Result<u8, Failure> {
    let asked = match plan::plan(options).and_then(plan::sendable) {
        Ok(asked) => asked,
        Err(plan::PlanError::Mistakes(mistakes)) => {
            console.mistakes(&mistakes);
            return Ok(exit::USAGE);
        }
        Err(error) => return Err(Failure::usage(error)),
    };
    let dir =
        RunDir::create(&options.out, &super::run::run_id(&asked.plan)).map_err(Failure::usage)?;
    dir.write_json("plan.json", &asked.plan)
        .map_err(Failure::usage)?;
    let interrupt = Interrupt::listen(console).context("cannot listen for Ctrl-C")?;
    let outcome = tokio::select! {
        outcome = send(console, options, asked, &dir, &interrupt) => outcome,
        () = interrupt.abandon() => Err(dir.abandoned()),
    };
    if outcome.is_err() {
        dir.remove_if_unused();
    }
    outcome
}

async fn send(
    console: &Console,
    options: &LoadOptions,
    asked: Asked,
    dir: &RunDir,
    interrupt: &Interrupt,
) -> Result<u8, Failure> {
    // What is left after the load takes a moment only.
    let _hold = interrupt.hold();
    let Asked { plan, url, mode } = asked;
    console.say(&headline(&plan, &url, mode));
    let site = Site {
        target: &url,
        faults: None,
        mode,
        child: None,
        workers: options.threads,
        unseen: true,
    };
    let driven = drive(console, &plan, &site, None, dir, interrupt).await?;
    let timeline = driven.timeline(interrupt);
    let record = Record {
        manifest: manifest(options, &plan, dir, timeline),
        plan,
        ledger: driven.ledger,
        evidence: EvidenceSet::new(vec![]),
    };
    let document = record.judge();
    let format = if options.json {
        Format::Json
    } else {
        Format::Terminal
    };
    let text =
        report::render(&document, format, console.style()).context("cannot render the report")?;
    let shown = console.print(&text);
    if let Some(error) = driven.write_error {
        return Err(Failure::internal(error));
    }
    dir.write_json("manifest.json", &record.manifest)
        .map_err(|e| Failure::internal(e.into()))?;
    write_reports(dir, &document)?;
    let page = dir.path().join("report.html");
    console.say(&format!("report: {}", page.display()));
    shown.map_err(Failure::after_load)?;
    Ok(document.verdict.exit_code)
}

fn manifest(options: &LoadOptions, plan: &Plan, dir: &RunDir, timeline: Timeline) -> Manifest {
    Manifest {
        schema_version: MANIFEST_SCHEMA_VERSION,
        run_id: dir.id(),
        sloproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        command: command(options),
        timeline,
        servers: BTreeMap::new(),
        cpus: std::thread::available_parallelism().map_or(0, |n| n.get() as u32),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        scenario_hash: Some(fingerprint::hash(plan)),
        // Nobody is asked: a request beside the load would be one that the ledger does not know.
        target_version: options.target_version.as_deref().map(TargetVersion::said),
        machine: Some(Machine::this()),
    }
}

/// The flags that say how to connect.
pub(in crate::app) fn connect_words(connect: &ConnectPlan) -> impl Iterator<Item = String> {
    let ca = connect.ca_file.as_ref();
    let ca = ca.map(|file| format!("--cacert {}", quoted(&file.display().to_string())));
    let insecure = connect.insecure.then(|| "--insecure".to_owned());
    let http2 = connect.http2.then(|| "--http2".to_owned());
    ca.into_iter().chain(insecure).chain(http2)
}

/// The flags that say what is sent to a URL, without credentials.
pub(in crate::app) fn request_words(options: &LoadOptions) -> impl Iterator<Item = String> {
    let method = options.method.as_ref().map(|m| format!("-m {}", quoted(m)));
    let headers = options
        .headers
        .iter()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => {
                let value = secret::shown(name, value.trim());
                format!("-H {}", quoted(&format!("{}: {value}", name.trim())))
            }
            None => format!("-H {}", quoted(line)),
        });
    let body = options.body.as_ref().map(|b| format!("-b {}", quoted(b)));
    let timeout = options.timeout.as_ref().map(|t| format!("--timeout {t}"));
    method.into_iter().chain(headers).chain(body).chain(timeout)
}

/// How to repeat it.
fn command(options: &LoadOptions) -> String {
    let mut words = vec!["sloproof load".to_owned(), quoted(&options.target)];
    words.extend(options.rate.map(|rate| format!("-r {rate}")));
    words.extend(options.duration.as_ref().map(|d| format!("-d {d}")));
    words.extend(request_words(options));
    words.extend(options.poisson.then(|| "--poisson".to_owned()));
    words.extend(connect_words(&options.connect));
    words.extend(options.connections.map(|n| format!("-c {n}")));
    words.extend(options.threads.map(|n| format!("-t {n}")));
    words.extend(options.seed.map(|seed| format!("--seed {seed}")));
    let version = options.target_version.as_deref();
    words.extend(version.map(|version| format!("--target-version {}", quoted(version))));
    words.join(" ")
}

/// For a shell: nothing in single quotes means anything but itself.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn headline(plan: &Plan, url: &str, mode: Loop) -> String {
    let load = &plan.load;
    let (duration, places) = (load.duration(), load.max_in_flight);
    match mode {
        Loop::Closed => format!(
            "closed loop on {url}   {duration} with {places} connections; the service sets the pace"
        ),
        Loop::Open => {
            let peaks = load
                .phases
                .iter()
                .map(crate::scenario::plan::Phase::peak_rate);
            let peak = peaks.fold(0.0, f64::max);
            format!("load on {url}   {duration} at up to {peak}/s, at most {places} in flight")
        }
    }
}
