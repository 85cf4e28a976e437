//! The engine against servers that answer, stall, die, reset and close: whatever they do, every planned arrival has
//! exactly one outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::ledger::{Binder, Cell, GeneratorFacts, LatencyHistogram, Ledger};
use crate::load::engine::{Engine, Finished, Loop, layout};
use crate::load::wire::dial::{Reach, Settings};
use crate::load::wire::place::Place;
use crate::model::{Millis, PhaseId};
use crate::scenario::plan::{Curve, LoadPlan, Phase};
use crate::verify::fixture::Fixture;

/// How a server treats requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Answers at once.
    Prompt,
    /// Never answers.
    Mute,
    /// Holds every answer back until this long after its start.
    StalledUntil(Duration),
    /// Closes the connection after reading a request.
    Closing,
    /// Resets the connection after reading a request.
    Resetting,
    /// Sends half an answer, then closes its writing side.
    HalfClosing,
    /// Answers and then closes, without a word in the answer.
    LeavingAfterEach,
    /// Answers until this long after its start, then is gone: no listener, no connections.
    KilledAfter(Duration),
}

/// A server on a port of its own; gone when dropped.
struct Server {
    url: String,
    task: JoinHandle<()>,
    _runtime: tokio::runtime::Runtime,
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

impl Server {
    fn start(manner: Manner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let began = Instant::now();
        let task = runtime.spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let life = match manner {
                    Manner::KilledAfter(life) => life,
                    _ => Duration::from_hours(1),
                };
                tokio::select! {
                    accepted = listener.accept() => {
                        connections.spawn(answer(accepted.unwrap().0, manner, began));
                    }
                    // Dropping the set and the listener ends every connection.
                    () = tokio::time::sleep_until((began + life).into()) => return,
                }
            }
        });
        Self {
            url,
            task,
            _runtime: runtime,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, manner: Manner, began: Instant) {
    let mut buffer = vec![0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        match manner {
            Manner::Prompt | Manner::KilledAfter(_) => {}
            Manner::Mute => continue,
            Manner::StalledUntil(end) => tokio::time::sleep_until((began + end).into()).await,
            Manner::Closing => return,
            Manner::Resetting => {
                let _ = stream.set_zero_linger();
                return;
            }
            Manner::HalfClosing => {
                let _ = stream.write_all(&ANSWER[..30]).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut buffer).await;
                return;
            }
            Manner::LeavingAfterEach => {
                let _ = stream.write_all(ANSWER).await;
                return;
            }
        }
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// One phase of 300 ms at 400/s: 120 arrivals.
fn plan() -> LoadPlan {
    let mut plan = Fixture::new().plan.load;
    plan.phases = vec![Phase {
        id: PhaseId::new("main").unwrap(),
        duration: Millis(300),
        rate_from: 400.0,
        rate_to: 400.0,
        curve: Curve::Line,
        measured: true,
        faults: None,
    }];
    (plan.timeout, plan.drain, plan.max_in_flight) = (Millis(100), Millis(100), 64);
    plan
}

struct Ran {
    ledger: Ledger,
    finished_sending: Duration,
    opened: u64,
    reopened: u64,
    waited: u64,
    windows: u64,
}

impl Ran {
    fn planned(&self) -> u64 {
        self.ledger.cells.iter().map(|c| c.planned).sum()
    }

    fn outcomes(&self) -> crate::ledger::OutcomeCounts {
        Ledger::sum_outcomes(&self.ledger.cells)
    }
}

/// Runs a plan to its end, or until it is stopped.
fn run(plan: &LoadPlan, url: &str, mode: Loop, workers: usize, stop: Option<Duration>) -> Ran {
    let start = Instant::now() + Duration::from_millis(5);
    run_from(start, plan, url, mode, workers, stop)
}

fn run_from(
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
    let workers = engine.worker_count();
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
        let closed = binder.close(worker, closed);
        windows += closed.iter().map(|w| w.response.count()).sum::<u64>();
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
    let (ledger, rest) = binder.finish(GeneratorFacts::default());
    windows += rest.iter().map(|w| w.response.count()).sum::<u64>();
    Ran {
        ledger,
        finished_sending: sending,
        opened: progress.opened(),
        reopened: progress.reopened(),
        waited: progress.waited(),
        windows,
    }
}

fn open(manner: Manner) -> Ran {
    let server = Server::start(manner);
    run(&plan(), &server.url, Loop::Open, 1, None)
}

#[test]
fn a_prompt_server_answers_everything_over_few_connections() {
    let ran = open(Manner::Prompt);
    assert_eq!(ran.planned(), 120);
    assert_eq!(ran.outcomes().completed_total(), 120);
    assert!(ran.opened <= 64, "{} connections", ran.opened);
    assert_eq!(ran.reopened, 0);
    assert_eq!(ran.windows, 120);
}

#[test]
fn a_mute_server_times_every_request_out_and_keeps_the_rest_waiting() {
    let server = Server::start(Manner::Mute);
    let mut plan = plan();
    plan.max_in_flight = 16;
    let ran = run(&plan, &server.url, Loop::Open, 1, None);
    let outcomes = ran.outcomes();
    assert_eq!((ran.planned(), outcomes.total()), (120, 120));
    assert_eq!(outcomes.timed_out + outcomes.not_sent, 120);
    assert!(
        outcomes.timed_out >= 16,
        "each place times out at least once"
    );
    assert!(
        ran.waited > 0,
        "16 places cannot hold 40 mute requests at once"
    );
    for cell in &ran.ledger.cells {
        assert_eq!(cell.censored.count(), cell.outcomes.timed_out);
    }
}

#[test]
fn a_stall_is_seen_from_the_intended_times() {
    let server = Server::start(Manner::StalledUntil(Duration::from_millis(250)));
    let mut plan = plan();
    (plan.timeout, plan.drain, plan.max_in_flight) = (Millis(5000), Millis(5000), 4);
    let ran = run(&plan, &server.url, Loop::Open, 1, None);
    assert_eq!(ran.outcomes().completed_total(), 120);
    let response = Ledger::merge_histograms(&ran.ledger.cells, |c| &c.response);
    let service = Ledger::merge_histograms(&ran.ledger.cells, |c| &c.service);
    // Arrivals of the first 250 ms wait for its end, most of them for a place: half of them longer than 100 ms.
    assert!(
        response.quantile(0.5).unwrap() > 50_000,
        "{:?}",
        response.quantile(0.5)
    );
    // Only four were ever sent into the stall; the others' own exchanges were quick.
    assert!(
        service.count_above(100_000) <= 4,
        "{}",
        service.count_above(100_000)
    );
}

#[test]
#[cfg(target_os = "linux")]
fn latencies_beyond_the_range_are_recorded_as_its_end_and_told() {
    let server = Server::start(Manner::Prompt);
    let mut plan = plan();
    plan.drain = Millis(4 * 3_600_000);
    // As if the machine had slept: every arrival was due two hours ago.
    let start = Instant::now().checked_sub(Duration::from_hours(2)).unwrap();
    let ran = run_from(start, &plan, &server.url, Loop::Open, 1, None);
    assert_eq!(ran.outcomes().completed_total(), 120);
    let merged = |pick: fn(&Cell) -> &LatencyHistogram| {
        Ledger::merge_histograms(&ran.ledger.cells, pick).saturated()
    };
    assert_eq!(merged(|cell| &cell.response), 120);
    assert_eq!(merged(|cell| &cell.delay), 120);
    assert_eq!(merged(|cell| &cell.service), 0);
}

#[test]
fn what_breaks_is_told_as_broken() {
    // No request waits for its time-out, so that it may be far away: a busy machine must not reach it.
    let mut plan = plan();
    (plan.timeout, plan.drain) = (Millis(10_000), Millis(10_000));
    for manner in [Manner::Closing, Manner::Resetting, Manner::HalfClosing] {
        let server = Server::start(manner);
        let outcomes = run(&plan, &server.url, Loop::Open, 1, None).outcomes();
        assert_eq!(outcomes.total(), 120, "{manner:?}");
        assert_eq!(outcomes.broken, 120, "{manner:?}: {outcomes:?}");
    }
}

#[test]
fn a_server_that_leaves_after_each_answer_breaks_nothing_it_had_time_to_close() {
    let ran = open(Manner::LeavingAfterEach);
    let outcomes = ran.outcomes();
    assert_eq!(outcomes.total(), 120);
    // A request that crosses the close on its way may break; one that finds the connection closed is sent afresh.
    assert!(outcomes.completed_total() > 60, "{outcomes:?}");
    assert!(ran.opened > 60, "{} connections", ran.opened);
    // Each but the first of a place took the place of one that was lost.
    assert!(ran.reopened > 0 && ran.reopened < ran.opened);
}

#[test]
fn a_killed_server_leaves_refused_connections() {
    let outcomes = open(Manner::KilledAfter(Duration::from_millis(150))).outcomes();
    assert_eq!(outcomes.total(), 120);
    assert!(
        outcomes.completed_total() > 0 && outcomes.connect_failed > 0,
        "{outcomes:?}"
    );
}

#[test]
fn a_closed_loop_plans_what_it_asks_and_ends_in_time() {
    let server = Server::start(Manner::Prompt);
    let ran = run(&plan(), &server.url, Loop::Closed, 2, None);
    assert!(ran.planned() > 200, "{}", ran.planned());
    assert_eq!(ran.planned(), ran.outcomes().completed_total());
    assert!(ran.finished_sending < Duration::from_millis(300));
    assert_eq!(ran.waited, 0);
}

fn manner() -> impl Strategy<Value = Manner> {
    prop_oneof![
        Just(Manner::Prompt),
        Just(Manner::Mute),
        (0_u64..400).prop_map(|ms| Manner::StalledUntil(Duration::from_millis(ms))),
        Just(Manner::Closing),
        Just(Manner::Resetting),
        Just(Manner::HalfClosing),
        Just(Manner::LeavingAfterEach),
        (0_u64..400).prop_map(|ms| Manner::KilledAfter(Duration::from_millis(ms))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn planned_is_the_sum_of_outcomes_whatever_the_server_does_and_whenever_it_is_stopped(
        manner in manner(),
        stop in prop::option::of(0_u64..400),
        workers in 1_usize..4,
        places in 1_u32..40,
    ) {
        let server = Server::start(manner);
        let mut plan = plan();
        plan.max_in_flight = places;
        let stop = stop.map(Duration::from_millis);
        let ran = run(&plan, &server.url, Loop::Open, workers, stop);
        prop_assert_eq!(ran.planned(), 120);
        for cell in &ran.ledger.cells {
            prop_assert_eq!(cell.planned, cell.outcomes.total());
            prop_assert_eq!(cell.response.count(), cell.planned - cell.outcomes.not_sent);
        }
        prop_assert_eq!(ran.ledger.windows.iter().map(|w| w.planned).sum::<u64>(), 120);
        prop_assert_eq!(ran.windows, 120 - ran.outcomes().not_sent);
    }
}
