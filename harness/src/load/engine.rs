//! The engine: a pacer thread hands arrivals to the runtime at their intended times; each becomes one sample.
//!
//! Late arrivals are sent late, never dropped silently: waiting for a free place in flight counts as response time.
//! When the schedule and the drain time are over, what is left is told as `NotSent`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::client::{Client, Request};
use super::draw::{Stream, bits};
use super::key::key_number;
use super::pacer::wait_until;
use super::schedule::Schedule;
use super::template::Template;
use crate::ledger::Sample;
use crate::model::outcome::NotSent;
use crate::scenario::plan::LoadPlan;

/// What can be seen of a running load from outside; updated as it goes.
#[derive(Debug, Default)]
pub struct Progress {
    /// Arrivals sent.
    pub sent: AtomicU64,
    /// Arrivals whose outcome is known.
    pub done: AtomicU64,
    /// Arrivals that found no free place in flight and had to wait.
    pub waited: AtomicU64,
    /// Intended time of the arrival the pacer is at, in microseconds.
    pub pacer_us: AtomicU64,
    /// Set to stop sending; what is in flight is still waited for.
    pub stop: AtomicBool,
}

/// What the pacer says at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Arrivals sent: exactly the numbers below this.
    pub count: u64,
    /// Why the rest was not.
    pub rest: NotSent,
    /// From the start of the load to the last one sent.
    pub duration: Duration,
}

/// One load, ready to start.
pub struct Engine {
    schedule: Schedule,
    plan: LoadPlan,
    routes: Vec<Rendered>,
    client: Arc<dyn Client>,
    trace_seed: u64,
}

struct Rendered {
    method: String,
    path: Template,
    headers: Vec<(String, Template)>,
    body: Option<Template>,
}

impl Engine {
    /// An engine for a plan. `run_number` makes the trace ids of two runs with the same seed differ.
    pub fn new(plan: &LoadPlan, client: Arc<dyn Client>, run_number: u64) -> Self {
        let routes = plan
            .routes
            .iter()
            .map(|route| Rendered {
                method: route.method.clone(),
                path: Template::parse(&route.path),
                headers: route
                    .headers
                    .iter()
                    .map(|(n, v)| (n.clone(), Template::parse(v)))
                    .collect(),
                body: route.body.as_deref().map(Template::parse),
            })
            .collect();
        Self {
            schedule: Schedule::new(plan),
            plan: plan.clone(),
            routes,
            client,
            trace_seed: plan.seed ^ run_number,
        }
    }

    /// The schedule it follows.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Sends everything, blocking the calling thread; run it on a thread of its own. Each arrival that is sent
    /// becomes one sample on `samples`, whose channel closes when the last outcome is known.
    pub fn run(
        self,
        start: Instant,
        runtime: &Handle,
        progress: &Arc<Progress>,
        samples: &mpsc::UnboundedSender<Sample>,
    ) -> Sent {
        let engine = Arc::new(self);
        let places = Arc::new(Semaphore::new(engine.plan.max_in_flight as usize));
        let give_up = start + Duration::from(engine.plan.duration() + engine.plan.drain);
        let stopped = || progress.stop.load(Ordering::Relaxed);
        let mut last_sent = start;
        for seq in 0..engine.schedule.total() {
            let due = engine.schedule.due(seq);
            progress
                .pacer_us
                .store(due.as_micros() as u64, Ordering::Relaxed);
            let rest = if !wait_until(start + due, stopped) {
                Some(NotSent::Interrupted)
            } else if Instant::now() >= give_up {
                Some(NotSent::Behind)
            } else {
                None
            };
            let place = match rest {
                Some(_) => None,
                None => take_place(&places, runtime, give_up, progress),
            };
            let Some(place) = place else {
                let rest = rest.unwrap_or(if stopped() {
                    NotSent::Interrupted
                } else {
                    NotSent::Behind
                });
                return Sent {
                    count: seq,
                    rest,
                    duration: last_sent - start,
                };
            };
            last_sent = Instant::now();
            progress.sent.fetch_add(1, Ordering::Relaxed);
            runtime.spawn(Arc::clone(&engine).send(
                seq,
                due,
                start,
                place,
                Arc::clone(progress),
                samples.clone(),
            ));
        }
        Sent {
            count: engine.schedule.total(),
            rest: NotSent::Behind,
            duration: last_sent - start,
        }
    }

    async fn send(
        self: Arc<Self>,
        seq: u64,
        due: Duration,
        start: Instant,
        place: OwnedSemaphorePermit,
        progress: Arc<Progress>,
        samples: mpsc::UnboundedSender<Sample>,
    ) {
        let route = self.schedule.route(seq);
        let trace_id = self.trace_id(seq);
        let request = self.request(seq, route, &trace_id);
        let sent = start.elapsed();
        let outcome = self.client.send(request, self.plan.timeout.into()).await;
        let done = start.elapsed();
        drop(place);
        progress.done.fetch_add(1, Ordering::Relaxed);
        let phase = self.schedule.phase(seq);
        // The receiver lives until every sender is gone; were it dropped early, the run would be over anyway.
        let _ = samples.send(Sample {
            seq,
            route,
            phase,
            due,
            sent: Some(sent),
            done,
            outcome,
            trace_id,
        });
    }

    fn request(&self, seq: u64, route: usize, trace_id: &str) -> Request {
        let rendered = &self.routes[route];
        let seed = self.plan.seed;
        let key = key_number(&self.plan.routes[route].keys, seed, seq);
        let mut headers: Vec<(String, String)> = rendered
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.render(seed, seq, key)))
            .collect();
        let span = bits(self.trace_seed, Stream::Trace, seq ^ (1 << 63)) | 1;
        headers.push((
            "traceparent".into(),
            format!("00-{trace_id}-{span:016x}-01"),
        ));
        Request {
            method: rendered.method.clone(),
            path: rendered.path.render(seed, seq, key),
            headers,
            body: rendered
                .body
                .as_ref()
                .map(|body| body.render(seed, seq, key)),
        }
    }

    /// W3C trace ids are 32 hex digits, not all zero.
    fn trace_id(&self, seq: u64) -> String {
        let high = bits(self.trace_seed, Stream::Trace, seq) | 1;
        let low = bits(!self.trace_seed, Stream::Trace, seq);
        format!("{high:016x}{low:016x}")
    }
}

/// A place in flight; waits for one if there is none, until `give_up` or a stop.
fn take_place(
    places: &Arc<Semaphore>,
    runtime: &Handle,
    give_up: Instant,
    progress: &Progress,
) -> Option<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        return Some(place);
    }
    progress.waited.fetch_add(1, Ordering::Relaxed);
    // Timers belong to a runtime, and this thread is none of its own.
    let _context = runtime.enter();
    while !progress.stop.load(Ordering::Relaxed) && Instant::now() < give_up {
        let wait = tokio::time::timeout(
            Duration::from_millis(50),
            Arc::clone(places).acquire_owned(),
        );
        if let Ok(Ok(place)) = runtime.block_on(wait) {
            return Some(place);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Millis, Outcome};
    use crate::verify::fixture::Fixture;
    use std::future::Future;
    use std::pin::Pin;

    /// Answers everything with 200 at once.
    struct Prompt;

    impl Client for Prompt {
        fn send(
            &self,
            _: Request,
            _: Duration,
        ) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
            Box::pin(async {
                Outcome::Completed {
                    status: 200,
                    bytes: 0,
                }
            })
        }
    }

    /// Never answers before the time-out.
    struct Stuck;

    impl Client for Stuck {
        fn send(
            &self,
            _: Request,
            timeout: Duration,
        ) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
            Box::pin(async move {
                tokio::time::sleep(timeout).await;
                Outcome::TimedOut
            })
        }
    }

    async fn run(
        client: Arc<dyn Client>,
        change: impl FnOnce(&mut LoadPlan),
    ) -> (Sent, Vec<Sample>, u64) {
        let mut plan = Fixture::new().plan.load;
        for phase in &mut plan.phases {
            phase.duration = Millis(100);
        }
        (plan.timeout, plan.drain) = (Millis(50), Millis(50));
        change(&mut plan);
        let engine = Engine::new(&plan, client, 1);
        let total = engine.schedule().total();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (progress, handle) = (Arc::new(Progress::default()), Handle::current());
        let sent = tokio::task::spawn_blocking(move || {
            let sent = engine.run(Instant::now(), &handle, &progress, &sender);
            drop(sender);
            sent
        });
        let mut samples = Vec::new();
        while let Some(sample) = receiver.recv().await {
            samples.push(sample);
        }
        (sent.await.unwrap(), samples, total)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_arrival_becomes_one_sample_with_ordered_times() {
        let (sent, mut samples, total) = run(Arc::new(Prompt), |_| ()).await;
        assert_eq!((sent.count, samples.len() as u64), (total, total));
        samples.sort_by_key(|s| s.seq);
        for (i, sample) in samples.iter().enumerate() {
            assert_eq!(sample.seq, i as u64);
            assert!(sample.due <= sample.sent.unwrap() && sample.sent.unwrap() <= sample.done);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_flight_leaves_the_rest_unsent_and_says_so() {
        let (sent, samples, total) = run(Arc::new(Stuck), |plan| plan.max_in_flight = 1).await;
        assert!(sent.count < total, "{} of {total}", sent.count);
        assert_eq!(sent.rest, NotSent::Behind);
        assert_eq!(samples.len() as u64, sent.count);
    }
}
