//! A plan, run by the whole engine, and what came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::ledger::{Binder, GeneratorFacts, Ledger, OutcomeCounts};
use crate::load::engine::{Engine, Finished, Loop, layout};
use crate::load::wire::dial::{Reach, Settings};
use crate::load::wire::place::Place;
use crate::scenario::plan::LoadPlan;

pub(super) struct Ran {
    pub(super) ledger: Ledger,
    pub(super) finished_sending: Duration,
    /// By the schedule.
    pub(super) requests: u64,
    pub(super) opened: u64,
    pub(super) reopened: u64,
    pub(super) waited: u64,
    pub(super) windows: u64,
}

impl Ran {
    pub(super) fn planned(&self) -> u64 {
        self.ledger.cells.iter().map(|c| c.planned).sum()
    }

    pub(super) fn outcomes(&self) -> OutcomeCounts {
        Ledger::sum_outcomes(&self.ledger.cells)
    }
}

/// Runs a plan to its end, or until it is stopped.
pub(super) fn run(
    plan: &LoadPlan,
    url: &str,
    mode: Loop,
    workers: usize,
    stop: Option<Duration>,
) -> Ran {
    let start = Instant::now() + Duration::from_millis(5);
    run_from(start, plan, url, mode, workers, stop)
}

pub(super) fn run_from(
    start: Instant,
    plan: &LoadPlan,
    url: &str,
    mode: Loop,
    workers: usize,
    stop: Option<Duration>,
) -> Ran {
    let target = Place::parse(url).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let reach = runtime
        .block_on(Reach::find(&target, &Settings::default()))
        .unwrap();
    let engine = Engine::new(plan, &target, mode, 1).workers(workers);
    let (workers, requests) = (engine.worker_count(), engine.planned());
    let mut running = engine.start(&reach, &layout(plan), start).unwrap();
    let progress = Arc::clone(&running.progress);
    let ended = Arc::new(AtomicBool::new(false));
    let stopper = stop.map(|after| {
        let (progress, ended) = (Arc::clone(&progress), Arc::clone(&ended));
        std::thread::spawn(move || {
            while start.elapsed() < after && !ended.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            progress.stop.store(true, Ordering::Relaxed);
        })
    });
    let mut binder = Binder::new(layout(plan), workers);
    let mut windows = 0;
    while let Some((worker, closed)) = running.windows.blocking_recv() {
        binder.close(worker, closed, |window| windows += window.response.count());
    }
    let Finished {
        recorded, sending, ..
    } = running.join().unwrap();
    ended.store(true, Ordering::Relaxed);
    if let Some(stopper) = stopper {
        stopper.join().unwrap();
    }
    for part in recorded {
        binder.add(part);
    }
    let ledger = binder.finish(GeneratorFacts::default(), |w| windows += w.response.count());
    Ran {
        ledger,
        finished_sending: sending,
        requests,
        opened: progress.opened(),
        reopened: progress.reopened(),
        waited: progress.waited(),
        windows,
    }
}
