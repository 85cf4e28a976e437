//! The load itself: engine, recorder, faults and progress side by side.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::super::interrupt::Interrupt;
use super::super::run_dir::RunDir;
use super::super::{Console, Failure, now, probe};
use super::desk::Desk;
use super::live::Live;
use super::watch::Watch;
use crate::ledger::{Binder, GeneratorFacts, Ledger};
use crate::load::engine::Finished;
use crate::load::fault::FaultSwitch;
use crate::load::preflight::{Planned, preflight};
use crate::load::self_watch::{SelfReport, SelfWatch, Sharing};
use crate::load::wire::dial::{Reach, Settings};
use crate::load::wire::place::Place;
use crate::load::{Engine, Loop, Progress, layout};
use crate::model::{Millis, PhaseTime, Ratio, Timeline, Timestamp};
use crate::scenario::Plan;
use crate::scenario::plan::{LoadPlan, Phase};

/// Time between the last preparation and the first arrival.
const LEAD: Duration = Duration::from_millis(200);

/// A load that is over.
pub(in crate::app) struct Driven {
    /// What became of every arrival.
    pub(in crate::app) ledger: Ledger,
    /// Time zero.
    pub(in crate::app) start: Timestamp,
    /// When the last outcome was known.
    pub(in crate::app) end: Timestamp,
    /// The phases on the wall clock.
    pub(in crate::app) phases: Vec<PhaseTime>,
    /// What went wrong beside the requests, in words.
    pub(in crate::app) troubles: Vec<String>,
    /// What could not be written; the load went on without it.
    pub(in crate::app) write_error: Option<anyhow::Error>,
}

impl Driven {
    /// The run in time where nothing is asked before the load and nothing awaited after it.
    pub(in crate::app) fn timeline(&self, interrupt: &Interrupt) -> Timeline {
        Timeline {
            baseline: self.start,
            load_start: self.start,
            load_end: self.end,
            settled: self.end,
            phases: self.phases.clone(),
            unsettled: self.troubles.clone(),
            interrupted: interrupt.is_set(),
        }
    }
}

/// What is loaded, and how.
pub(in crate::app) struct Site<'a> {
    /// Base URL.
    pub(in crate::app) target: &'a str,
    /// Its fault API, if it has one.
    pub(in crate::app) faults: Option<FaultSwitch>,
    /// Who decides when the next request goes out.
    pub(in crate::app) mode: Loop,
    /// The service's process, if this program started it.
    pub(in crate::app) child: Option<u32>,
    /// Threads that send; as many as the rate asks for if not said.
    pub(in crate::app) workers: Option<usize>,
    /// Nobody has looked yet whether it is there: then this is done before the first arrival.
    pub(in crate::app) unseen: bool,
}

/// Sends everything, records everything, writes `ledger.json` and `latency.hlog`.
pub(in crate::app) async fn drive(
    console: &Console,
    plan: &Plan,
    site: &Site<'_>,
    watch: Option<&Watch>,
    dir: &RunDir,
    interrupt: &Interrupt,
) -> Result<Driven, Failure> {
    let _hold = interrupt.hold();
    let load = &plan.load;
    let target = Place::parse(site.target).map_err(Failure::usage)?;
    let settings = Settings::from(&plan.target.connect);
    let reach = Reach::find(&target, &settings)
        .await
        .map_err(Failure::usage)?;
    let sharing = Sharing::with(reach.addresses(), site.child);
    let mut engine = Engine::new(load, &target, site.mode, now().0.unsigned_abs());
    if let Some(workers) = site.workers {
        engine = engine.workers(workers);
    }
    let (planned, workers) = (engine.planned(), engine.worker_count());
    let in_flight = match site.mode {
        Loop::Open => planned.min(load.max_in_flight.into()),
        Loop::Closed => load.max_in_flight.into(),
    };
    let tight_limits = preflight(&Planned {
        connections: settings.connections(in_flight, workers as u64),
        workers: workers as u64,
        addresses: reach.addresses(),
        here: sharing.host,
    })
    .map_err(Failure::usage)?;
    for limit in &tight_limits {
        console.say(&format!("warning: {limit}"));
    }
    if site.unseen {
        probe::proved(&reach, site.target).await?;
    }
    let (start, began) = (now() + LEAD.into(), Instant::now() + LEAD);

    let layout = layout(load);
    let mut running = engine
        .start(&reach, &layout, began)
        .map_err(|e| Failure::internal(e.into()))?;
    let progress = Arc::clone(&running.progress);
    let self_watch = SelfWatch::start(began, load.duration().into(), Arc::clone(&progress));
    let faults = tokio::spawn(switch_faults(
        site.faults.clone(),
        load.phases.clone(),
        began,
    ));
    let log = dir.stream("latency.hlog").map_err(Into::into);
    let mut desk = Desk::new(Binder::new(layout, workers), log, start);
    let mut live = Live::new(console, plan);
    desk.take(&mut running, began, interrupt, |desk, elapsed| {
        live.tick(elapsed, desk, &progress, watch);
    })
    .await;
    live.finish();

    let finished = tokio::task::spawn_blocking(|| running.join())
        .await
        .context("the load engine failed")?
        .map_err(|e| Failure::internal(e.into()))?;
    let end = now();
    faults.abort();
    let mut troubles = faults.await.unwrap_or_default();
    if let Some(switch) = &site.faults {
        // A killed service cannot be cleared, and needs no clearing.
        if let Err(error) = switch.set(None).await {
            troubles.push(format!("faults could not be cleared at the end: {error}"));
        }
    }
    let report = self_watch.stop();
    let mut facts = GeneratorFacts {
        shared_host: Some(sharing.host),
        shared_cores: sharing.cores,
        tight_limits,
        ..facts(load, planned, &finished, &progress, &report)
    };
    if site.mode == Loop::Closed {
        // Nothing was planned ahead; what was asked for is what the service had time for.
        facts.closed_loop = true;
        facts.planned = progress.done();
    }
    let (mut ledger, mut write_error) = desk.finish(finished.recorded, facts);
    ledger.watch = report.rows;
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

fn facts(
    load: &LoadPlan,
    planned: u64,
    finished: &Finished,
    progress: &Progress,
    report: &SelfReport,
) -> GeneratorFacts {
    let seconds = finished.sending.as_secs_f64();
    GeneratorFacts {
        planned,
        sent: progress.sent(),
        planned_duration: load.duration(),
        sending_duration: finished.sending.into(),
        max_in_flight: load.max_in_flight,
        waited_for_place: progress.waited(),
        cpu_cores_used: report.cpu_cores_used,
        cpu_cores: report.cpu_cores,
        workers: Some(finished.recorded.len() as u32),
        connections: Some(progress.opened()),
        full_ms: Some(Millis::from(finished.full).0),
        spinning_cores: (seconds > 0.0).then(|| progress.spun().as_secs_f64() / seconds),
        longest_pause_ms: report.pauses.map(|pauses| pauses.longest_us / 1000),
        pauses: report.pauses,
        steal_share: report.steal.map(Ratio),
        throttled_ms: report.throttled.map(|time| Millis::from(time).0),
        throttled_times: report.throttled_times,
        reopened: Some(progress.reopened()),
        closed_loop: false,
        shared_host: None,
        shared_cores: None,
        tight_limits: vec![],
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
