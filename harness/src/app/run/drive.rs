//! The load itself: engine, recorder, faults and progress side by side.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::interrupt::Interrupt;
use super::super::run_dir::RunDir;
use super::super::{Console, Failure, now};
use super::desk::Desk;
use super::live::Live;
use super::servers::Servers;
use super::watch::Watch;
use crate::ledger::{GeneratorFacts, Layout, Ledger, Recorder, Sample};
use crate::load::client::PooledClient;
use crate::load::engine::Sent;
use crate::load::fault::FaultSwitch;
use crate::load::self_watch::{SelfReport, SelfWatch};
use crate::load::{Engine, Progress, Schedule};
use crate::model::{Millis, Outcome, PhaseTime, Timestamp};
use crate::scenario::Plan;
use crate::scenario::plan::{LoadPlan, Phase};

/// Time between the last preparation and the first arrival.
const LEAD: Duration = Duration::from_millis(200);

/// A load that is over.
pub(super) struct Driven {
    /// What became of every arrival.
    pub(super) ledger: Ledger,
    /// Time zero.
    pub(super) start: Timestamp,
    /// When the last outcome was known.
    pub(super) end: Timestamp,
    /// The phases on the wall clock.
    pub(super) phases: Vec<PhaseTime>,
    /// What went wrong beside the requests, in words.
    pub(super) troubles: Vec<String>,
    /// What could not be written; the load went on without it.
    pub(super) write_error: Option<anyhow::Error>,
}

/// Sends everything, records everything, writes `ledger.json` and `latency.hlog`.
pub(super) async fn drive(
    console: &Console,
    plan: &Plan,
    servers: &Servers,
    watch: &Watch,
    dir: &RunDir,
    interrupt: &Interrupt,
) -> Result<Driven, Failure> {
    let load = &plan.load;
    let client = PooledClient::new(&servers.target, load.max_in_flight).map_err(Failure::usage)?;
    let start = now() + LEAD.into();
    let engine = Engine::new(load, Arc::new(client), start.0.unsigned_abs());
    let schedule = engine.schedule().clone();
    let progress = Arc::new(Progress::default());
    let self_watch = SelfWatch::start();
    let began = Instant::now() + LEAD;

    let (sender, samples) = mpsc::unbounded_channel();
    let pacer = spawn_pacer(engine, began, Arc::clone(&progress), sender);
    let faults = tokio::spawn(switch_faults(
        servers.faults.clone(),
        load.phases.clone(),
        began,
    ));
    let log = dir.stream("latency.hlog").map_err(Into::into);
    let mut desk = Desk::new(Recorder::new(layout(load)), log, start, load.timeout);
    let mut live = Live::new(console, plan);
    desk.take(samples, began, &progress, interrupt, |desk, elapsed| {
        live.tick(elapsed, desk, &progress, watch);
    })
    .await;
    live.finish();

    let sent = pacer.await.context("the pacer thread failed")?;
    let end = now();
    faults.abort();
    let mut troubles = faults.await.unwrap_or_default();
    if let Some(switch) = &servers.faults {
        // A killed service cannot be cleared, and needs no clearing.
        if let Err(error) = switch.set(None).await {
            troubles.push(format!("faults could not be cleared at the end: {error}"));
        }
    }
    record_unsent(&mut desk.recorder, &schedule, sent, end.since(start));
    let facts = facts(load, &schedule, sent, &progress, &self_watch.stop());
    let (ledger, mut write_error) = desk.finish(facts);
    if let Err(error) = dir.write_json("ledger.json", &ledger) {
        write_error = Some(error.into());
    }
    Ok(Driven {
        ledger,
        start,
        end,
        phases: phase_times(load, start),
        troubles,
        write_error,
    })
}

fn spawn_pacer(
    engine: Engine,
    began: Instant,
    progress: Arc<Progress>,
    sender: mpsc::UnboundedSender<Sample>,
) -> JoinHandle<Sent> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        // The sender dies with this closure; the channel closes when the last request in flight is told.
        engine.run(began, &runtime, &progress, &sender)
    })
}

/// Sets each phase's faults at its start; returns what could not be set.
async fn switch_faults(
    switch: Option<FaultSwitch>,
    phases: Vec<Phase>,
    began: Instant,
) -> Vec<String> {
    let mut troubles = Vec::new();
    let Some(switch) = switch else {
        return troubles;
    };
    let mut active = None;
    let mut at = began;
    for phase in phases {
        if phase.faults != active {
            tokio::time::sleep_until(at.into()).await;
            if let Err(error) = switch.set(phase.faults.as_ref()).await {
                troubles.push(format!(
                    "faults of phase {} could not be set: {error}",
                    phase.id
                ));
            }
            active.clone_from(&phase.faults);
        }
        at += Duration::from(phase.duration);
    }
    troubles
}

fn layout(load: &LoadPlan) -> Layout {
    Layout {
        routes: load
            .routes
            .iter()
            .map(|r| (r.id.clone(), r.expect.clone()))
            .collect(),
        phases: load
            .phases
            .iter()
            .map(|p| (p.id.clone(), p.measured))
            .collect(),
    }
}

/// Every arrival that was not sent gets its outcome, too.
fn record_unsent(recorder: &mut Recorder, schedule: &Schedule, sent: Sent, end: Millis) {
    for seq in sent.count..schedule.total() {
        recorder.record(&Sample {
            seq,
            route: schedule.route(seq),
            phase: schedule.phase(seq),
            due: schedule.due(seq),
            sent: None,
            done: end.into(),
            outcome: Outcome::NotSent { why: sent.rest },
            trace_id: String::new(),
        });
    }
}

fn facts(
    load: &LoadPlan,
    schedule: &Schedule,
    sent: Sent,
    progress: &Progress,
    report: &SelfReport,
) -> GeneratorFacts {
    GeneratorFacts {
        planned: schedule.total(),
        sent: sent.count,
        planned_duration: load.duration(),
        sending_duration: sent.duration.into(),
        max_in_flight: load.max_in_flight,
        waited_for_place: progress.waited.load(Ordering::Relaxed),
        cpu_cores_used: report.cpu_cores_used,
        cpu_cores: report.cpu_cores,
        longest_pause_ms: Some(Millis::from(report.longest_pause).0),
    }
}

fn phase_times(load: &LoadPlan, start: Timestamp) -> Vec<PhaseTime> {
    let mut at = start;
    load.phases
        .iter()
        .map(|phase| {
            let time = PhaseTime {
                phase: phase.id.clone(),
                start: at,
                end: at + phase.duration,
            };
            at = time.end;
            time
        })
        .collect()
}
