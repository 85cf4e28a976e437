//! `sloproof run`: the stages of a run in order.

mod desk;
pub(super) mod drive;
mod live;
mod servers;
mod settle;
mod watch;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::check::environment;
use super::interrupt::Interrupt;
use super::judgement::{Record, write_reports};
use super::machine::Machine;
use super::manifest::{MANIFEST_SCHEMA_VERSION, Manifest};
use super::run_dir::RunDir;
use super::stack::ToolPaths;
use super::target_version::{self, TargetVersion};
use super::{Console, Failure, fingerprint, now};
use crate::gate::exit;
use crate::load::Loop;
use crate::model::{Evidence, EvidenceSet, Timeline};
use crate::report::{self, Document, Format};
use crate::scenario::plan::Phase;
use crate::scenario::{self, Overrides, Plan};
use crate::telemetry;
use crate::verify;
use drive::{Driven, Site};
use servers::Servers;
use watch::Watch;

/// What to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Another seed.
    pub seed: Option<u64>,
    /// Another time scale.
    pub time_scale: Option<u32>,
    /// Where run directories are made.
    pub out: PathBuf,
    /// Print JSON instead of the summary.
    pub json: bool,
    /// Explicit binaries for a stack of its own.
    pub tools: ToolPaths,
}

/// Runs a scenario and returns the verdict's exit code.
pub async fn run(console: &Console, options: &RunOptions) -> Result<u8, Failure> {
    let overrides = Overrides {
        seed: options.seed,
        time_scale: options.time_scale,
    };
    let plan = match scenario::load(&options.scenario, &environment, &overrides) {
        Ok(plan) => plan,
        Err(mistakes) => {
            console.mistakes(&mistakes);
            return Ok(exit::USAGE);
        }
    };
    let dir = RunDir::create(&options.out, &run_id(&plan)).map_err(Failure::usage)?;
    dir.write_json("plan.json", &plan).map_err(Failure::usage)?;
    let interrupt = Interrupt::listen(console).context("cannot listen for Ctrl-C")?;
    let outcome = tokio::select! {
        outcome = stages(console, options, plan, &dir, &interrupt) => outcome,
        // Dropping the stages drops the stack, which kills and removes what it made.
        () = interrupt.abandon() => Err(dir.abandoned()),
    };
    if outcome.is_err() {
        dir.remove_if_unused();
    }
    outcome
}

async fn stages(
    console: &Console,
    options: &RunOptions,
    plan: Plan,
    dir: &RunDir,
    interrupt: &Interrupt,
) -> Result<u8, Failure> {
    let (servers, watch, baseline) = tokio::select! {
        prepared = prepare(console, options, &plan) => prepared?,
        () = interrupt.first() => return Err(Failure::interrupted()),
    };
    console.say(&headline(&plan));
    let site = Site {
        target: &servers.target,
        faults: servers.faults.clone(),
        mode: Loop::Open,
        child: servers.child,
        workers: None,
        unseen: true,
    };
    let mut driven = drive::drive(console, &plan, &site, Some(&watch), dir, interrupt).await?;
    let settled = settle::settle(console, &plan, &servers, &watch, &driven, interrupt).await;
    let recorded = watch.stop().await;
    let timeline = timeline(baseline, &driven, settled, interrupt);
    let mut write_error = driven.write_error.take();
    let evidence = telemetry::collect(
        verify::questions(&plan),
        &servers.sources,
        &recorded,
        &timeline,
        now,
        |item: &Evidence| {
            let written = dir.write_json(&format!("evidence/{:04}.json", item.id), item);
            write_error = write_error
                .take()
                .or(written.err().map(anyhow::Error::from));
        },
    )
    .await;
    let version = match target_version::by_build_info(&plan, &servers.sources, &timeline).await {
        Some(version) => Some(version),
        // After the load, so that no counter moves while it is watched.
        None => target_version::by_header(&servers.target).await,
    };
    let record = Record {
        manifest: manifest(&plan, dir, timeline, servers.versions(), version),
        plan,
        ledger: driven.ledger,
        evidence: EvidenceSet::new(evidence),
    };
    servers.stop(console).await;
    let document = record.judge();
    // Whatever the disk says, the verdict is told; whatever the reader does, the reports are written.
    let shown = show(console, options, &document);
    if let Some(error) = write_error {
        return Err(Failure::internal(error.context(
            "the verdict above stands, and the run directory is incomplete",
        )));
    }
    dir.write_json("manifest.json", &record.manifest)
        .map_err(|e| Failure::internal(e.into()))?;
    write_reports(dir, &document)?;
    console.say(&format!(
        "report: {}",
        dir.path().join("report.html").display()
    ));
    shown?;
    Ok(document.verdict.exit_code)
}

/// Everything before the load: servers, rules, observers, a baseline.
async fn prepare(
    console: &Console,
    options: &RunOptions,
    plan: &Plan,
) -> Result<(Servers, Watch, crate::model::Timestamp), Failure> {
    let servers = Servers::find(console, options, plan).await?;
    servers.install_rules(console, plan).await?;
    servers.clear_faults(plan).await?;
    let watch = Watch::start(plan, &servers).await?;
    let baseline = settle::baseline(console, plan, &servers).await?;
    Ok((servers, watch, baseline))
}

fn timeline(
    baseline: crate::model::Timestamp,
    driven: &Driven,
    settled: settle::Settled,
    interrupt: &Interrupt,
) -> Timeline {
    let mut timeline = driven.timeline(interrupt);
    timeline.baseline = baseline;
    timeline.settled = settled.at;
    timeline.unsettled.extend(settled.unsettled);
    timeline
}

fn manifest(
    plan: &Plan,
    dir: &RunDir,
    timeline: Timeline,
    servers: BTreeMap<String, String>,
    target_version: Option<TargetVersion>,
) -> Manifest {
    let mut command = format!("sloproof run {} --seed {}", plan.file, plan.load.seed);
    if plan.time_scale != 1 {
        let _ = write!(command, " --time-scale {}", plan.time_scale);
    }
    Manifest {
        schema_version: MANIFEST_SCHEMA_VERSION,
        run_id: dir.id(),
        sloproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        command,
        timeline,
        servers,
        cpus: std::thread::available_parallelism().map_or(0, |n| n.get() as u32),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        scenario_hash: Some(fingerprint::hash(plan)),
        target_version,
        machine: Some(Machine::this()),
    }
}

fn show(console: &Console, options: &RunOptions, document: &Document) -> Result<(), Failure> {
    let format = if options.json {
        Format::Json
    } else {
        Format::Terminal
    };
    let text =
        report::render(document, format, console.style()).context("cannot render the report")?;
    console.print(&text).map_err(Failure::after_load)
}

/// `<scenario>-<UTC time>-<process>`: sorts by time, and two runs in one second do not collide.
pub(super) fn run_id(plan: &Plan) -> String {
    let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ");
    format!("{}-{time}-{}", plan.name, std::process::id())
}

fn headline(plan: &Plan) -> String {
    let rate = plan
        .load
        .phases
        .iter()
        .map(Phase::peak_rate)
        .fold(0.0, f64::max);
    let scale = match plan.time_scale {
        1 => String::new(),
        k => {
            let hour = crate::model::Millis(3_600_000).scaled_down(k);
            format!(", time scale {k} (production's 1 h window is {hour} here)")
        }
    };
    format!(
        "scenario {}   {} at up to {rate}/s, seed {}{scale}",
        plan.name,
        plan.load.duration(),
        plan.load.seed
    )
}
