//! The engine: divides a plan among workers, starts them, and collects what they recorded.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::progress::Progress;
use super::request::Renderer;
use super::schedule::Schedule;
use super::script::{Script, Scripts};
use super::wire::dial::Reach;
use super::wire::place::Place;
use super::worker::{Report, Source, Task, work};
use crate::ledger::{Closed, Layout, Recorded, Recorder};
use crate::scenario::plan::{LoadPlan, Phase};

/// Arrivals per second that one worker takes upon itself; well below what a core can send.
const RATE_PER_WORKER: f64 = 30_000.0;

/// Who decides when the next request goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loop {
    /// The schedule: requests go out at their intended times, whatever the service does.
    Open,
    /// The service: each place in flight sends as soon as it has its answer. For capacity only; its latencies are
    /// those of a load that gave way.
    Closed,
}

/// Why a load could not be sent to its end.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No thread, no event loop or no timer.
    #[error("worker {worker} of the load engine could not work")]
    Worker {
        /// Which.
        worker: usize,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A bug.
    #[error("worker {worker} of the load engine panicked: this is a bug of sloproof")]
    Panicked {
        /// Which.
        worker: usize,
    },
}

/// What the ledger needs to know of a plan.
pub fn layout(plan: &LoadPlan) -> Layout {
    Layout {
        routes: plan
            .routes
            .iter()
            .map(|r| (r.id.clone(), r.expect.clone()))
            .collect(),
        phases: plan
            .phases
            .iter()
            .map(|p| (p.id.clone(), p.measured))
            .collect(),
    }
}

/// One load, ready to start.
#[derive(Debug)]
pub struct Engine {
    schedule: Arc<Schedule>,
    plan: LoadPlan,
    requests: Vec<Renderer>,
    scripts: Scripts,
    mode: Loop,
    workers: usize,
}

/// A load under way.
#[derive(Debug)]
pub struct Running {
    /// Counts, and the way to stop.
    pub progress: Arc<Progress>,
    /// Windows as they close, with the number of their worker; ends when the last outcome is known.
    pub windows: UnboundedReceiver<(usize, Closed)>,
    threads: Vec<JoinHandle<io::Result<Report>>>,
}

/// What the workers recorded, and what they say about themselves.
#[derive(Debug)]
pub struct Finished {
    /// One per worker.
    pub recorded: Vec<Recorded>,
    /// From the start of the load to the last request sent.
    pub sending: Duration,
    /// How long arrivals waited because every place was taken, summed over workers.
    pub full: Duration,
}

impl Engine {
    /// An engine for a plan. `run_number` makes the trace ids of two runs with the same seed differ.
    pub fn new(plan: &LoadPlan, target: &Place, mode: Loop, run_number: u64) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let peak = plan.phases.iter().map(Phase::peak_rate).fold(0.0, f64::max);
        let wanted = match mode {
            Loop::Open => (peak * plan.requests_per_arrival() / RATE_PER_WORKER).ceil() as usize,
            Loop::Closed => cores,
        };
        let trace_seed = plan.seed ^ run_number;
        let place = (target.authority.as_str(), target.prefix.as_str());
        let schedule = Arc::new(Schedule::new(plan));
        Self {
            scripts: Scripts::new(plan, &schedule),
            schedule,
            plan: plan.clone(),
            requests: renderers(plan, trace_seed, place),
            mode,
            workers: 1,
        }
        .workers(wanted.min(cores))
    }

    /// With so many workers rather than as many as the rate asks for; each has at least one place in flight.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.clamp(1, self.plan.max_in_flight.max(1) as usize);
        self
    }

    /// How many workers it has.
    pub fn worker_count(&self) -> usize {
        self.workers
    }

    /// The schedule it follows.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// How many requests are planned: one for each arrival, and one for each later step of a journey. Of an open loop.
    pub fn planned(&self) -> u64 {
        planned(&self.plan, &self.schedule)
    }

    /// Starts the workers' threads; the first arrival is due at `start` or after it.
    pub fn start(
        self,
        reach: &Reach,
        layout: &Layout,
        start: Instant,
    ) -> Result<Running, EngineError> {
        let progress = Arc::new(Progress::new(self.workers));
        let (sender, windows) = unbounded_channel();
        let mut running = Running {
            progress: Arc::clone(&progress),
            windows,
            threads: Vec::with_capacity(self.workers),
        };
        for worker in 0..self.workers {
            let task = Task {
                worker,
                reach: reach.clone(),
                requests: self.requests.clone(),
                scripts: self.scripts.clone(),
                source: self.source(worker as u64),
                recorder: Recorder::new(layout.clone()),
                places: self.places(worker),
                timeout: self.plan.timeout.into(),
                give_up: (self.plan.duration() + self.plan.drain).into(),
                start,
                progress: Arc::clone(&progress),
                windows: sender.clone(),
            };
            let thread = std::thread::Builder::new()
                .name(format!("worker-{worker}"))
                .spawn(move || work(task))
                .map_err(|source| EngineError::Worker { worker, source })?;
            running.threads.push(thread);
        }
        Ok(running)
    }

    fn source(&self, worker: u64) -> Source {
        let (schedule, workers) = (Arc::clone(&self.schedule), self.workers as u64);
        match self.mode {
            Loop::Open => Source::open(schedule, worker, workers),
            Loop::Closed => {
                let mut end = Duration::ZERO;
                let ends = self.plan.phases.iter().map(|phase| {
                    end += Duration::from(phase.duration);
                    end
                });
                Source::closed(schedule, ends.collect(), worker, workers)
            }
        }
    }

    /// The cap divided, so that the parts add up to the whole.
    fn places(&self, worker: usize) -> usize {
        let cap = self.plan.max_in_flight as usize;
        cap / self.workers + usize::from(worker < cap % self.workers)
    }
}

/// One per route. A trace is a request's, so that the steps of one arrival have different ones.
fn renderers(plan: &LoadPlan, trace_seed: u64, place: (&str, &str)) -> Vec<Renderer> {
    let mut renderers = Vec::with_capacity(plan.routes.len());
    while renderers.len() < plan.routes.len() {
        let script = Script::new(plan, renderers.len());
        for (number, step) in script.steps().iter().enumerate() {
            let route = &plan.routes[step.route];
            let trace_seed = trace_seed.wrapping_add((number as u64) << 56);
            renderers.push(Renderer::new(
                route,
                plan.seed,
                trace_seed,
                place,
                script.names(),
            ));
        }
    }
    renderers
}

fn planned(plan: &LoadPlan, schedule: &Schedule) -> u64 {
    if plan.journeys.is_empty() {
        return schedule.total();
    }
    let steps: Vec<u64> = (0..plan.routes.len())
        .map(|route| plan.requests_of(route) as u64)
        .collect();
    (0..schedule.total())
        .map(|i| steps[schedule.route(i)])
        .sum()
}

impl Running {
    /// Waits for the workers' threads, which end when the last outcome is known. Blocks.
    pub fn join(mut self) -> Result<Finished, EngineError> {
        let mut finished = Finished {
            recorded: Vec::new(),
            sending: Duration::ZERO,
            full: Duration::ZERO,
        };
        for (worker, thread) in std::mem::take(&mut self.threads).into_iter().enumerate() {
            let report = thread
                .join()
                .map_err(|_| EngineError::Panicked { worker })?
                .map_err(|source| EngineError::Worker { worker, source })?;
            finished.recorded.push(report.recorded);
            finished.sending = finished.sending.max(report.last_sent);
            finished.full += report.full;
        }
        Ok(finished)
    }
}

impl Drop for Running {
    /// Whoever gives a load up does not want it to go on.
    fn drop(&mut self) {
        self.progress.stop.store(true, Ordering::Relaxed);
    }
}
