//! One load on one known server, recorded by the engine as any other.

use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::server::{Manner, Server};
use crate::ledger::{Binder, GeneratorFacts, LatencyHistogram, Ledger};
use crate::load::Engine;
use crate::load::engine::{EngineError, Loop, layout};
use crate::load::wire::dial::{DialError, Reach, Settings};
use crate::load::wire::place::{Place, PlaceError};
use crate::model::{Millis, PhaseId, RouteId};
use crate::scenario::plan::{Arrivals, Curve, Keys, LoadPlan, Phase, Route, RouteLabels};

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub(super) enum TrialError {
    #[error("cannot start the server of the selftest on loopback")]
    Server(#[from] std::io::Error),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What was recorded.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) planned: u64,
    /// Outcomes of any kind.
    pub(super) outcomes: u64,
    /// Whole answers.
    pub(super) completed: u64,
    pub(super) response: LatencyHistogram,
    pub(super) service: LatencyHistogram,
    pub(super) delay: LatencyHistogram,
    /// Microseconds between one request and the next as the server saw them.
    pub(super) gaps: LatencyHistogram,
}

/// Sends `rate` per second for `length`, at most `places` at once. Blocks.
pub(super) fn run(
    runtime: &Handle,
    manner: impl FnOnce(Instant) -> Manner,
    rate: f64,
    length: Millis,
    places: u32,
) -> Result<Trial, TrialError> {
    let start = Instant::now() + Duration::from_millis(200);
    let server = Server::start(manner(start))?;
    let target = Place::parse(&format!("http://{}", server.address))?;
    let reach = runtime.block_on(Reach::find(&target, &Settings::default()))?;
    let plan = plan(rate, length, places);
    let layout = layout(&plan);
    let engine = Engine::new(&plan, &target, Loop::Open, 0);
    let planned = engine.schedule().total();
    let mut binder = Binder::new(layout.clone(), engine.worker_count());
    let mut running = engine.start(&reach, &layout, start)?;
    while let Some((worker, closed)) = running.windows.blocking_recv() {
        binder.close(worker, closed, |_| ());
    }
    for part in running.join()?.recorded {
        binder.add(part);
    }
    let ledger = binder.finish(GeneratorFacts::default(), |_| ());
    let outcomes = Ledger::sum_outcomes(&ledger.cells);
    let merged = |pick: fn(&crate::ledger::Cell) -> &LatencyHistogram| {
        Ledger::merge_histograms(&ledger.cells, pick)
    };
    let mut gaps = LatencyHistogram::default();
    for pair in server.arrivals().windows(2) {
        gaps.record((pair[1] - pair[0]).as_micros() as u64);
    }
    Ok(Trial {
        planned,
        outcomes: outcomes.total(),
        completed: outcomes.completed_total(),
        response: merged(|cell| &cell.response),
        service: merged(|cell| &cell.service),
        delay: merged(|cell| &cell.delay),
        gaps,
    })
}

fn plan(rate: f64, length: Millis, places: u32) -> LoadPlan {
    LoadPlan {
        seed: 1,
        arrivals: Arrivals::Uniform,
        timeout: Millis(30_000),
        max_in_flight: places,
        drain: Millis(30_000),
        routes: vec![Route {
            id: RouteId::new("known").unwrap_or_else(|_| RouteId::stand_in()),
            method: "GET".into(),
            path: "/".into(),
            headers: vec![],
            body: None,
            weight: 1,
            expect: vec![200],
            keys: Keys::Uniform { n: 1 },
            labels: RouteLabels {
                route: "/".into(),
                method: "GET".into(),
            },
        }],
        journeys: vec![],
        feeders: vec![],
        phases: vec![Phase {
            id: PhaseId::new("selftest").unwrap_or_else(|_| PhaseId::stand_in()),
            duration: length,
            rate_from: rate,
            rate_to: rate,
            curve: Curve::Line,
            measured: true,
            faults: None,
        }],
    }
}
