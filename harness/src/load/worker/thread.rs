//! The thread of a worker: its event loop, from the first arrival to the last outcome.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc::UnboundedSender;

use super::alarms::Alarms;
use super::crew::Crew;
use super::pace::Pace;
use super::renderers::Renderers;
use super::shift::Shift;
#[cfg(target_os = "linux")]
use super::sockets::Sockets;
use super::source::Source;
use super::tasks::Tasks;
use super::unsent::record_unsent;
use crate::ledger::{Closed, Recorded, Recorder};
use crate::load::progress::Progress;
use crate::load::request::Renderer;
use crate::load::script::Scripts;
use crate::load::wire::dial::Reach;

/// What a worker is to do.
pub(crate) struct Task {
    /// Its number, below the number of workers.
    pub(crate) worker: usize,
    pub(crate) reach: Reach,
    /// One per route.
    pub(crate) requests: Vec<Renderer>,
    /// What some of the routes do beyond one request.
    pub(crate) scripts: Scripts,
    pub(crate) source: Source,
    pub(crate) recorder: Recorder,
    /// Requests in flight at once, at least one.
    pub(crate) places: usize,
    pub(crate) timeout: Duration,
    /// From the start of the load: what is not sent by then never will be.
    pub(crate) give_up: Duration,
    pub(crate) start: Instant,
    pub(crate) progress: Arc<Progress>,
    /// Takes the windows of seconds as they close.
    pub(crate) windows: UnboundedSender<(usize, Closed)>,
}

/// What a worker says at the end.
#[derive(Debug)]
pub(crate) struct Report {
    /// Everything it recorded.
    pub(crate) recorded: Recorded,
    /// When it sent its last request, from the start of the load.
    pub(crate) last_sent: Duration,
    /// How long arrivals waited because every place was taken.
    pub(crate) full: Duration,
}

/// Does the work of one worker on the calling thread.
pub(crate) fn work(task: Task) -> io::Result<Report> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    runtime.block_on(shift(task))
}

async fn shift(task: Task) -> io::Result<Report> {
    let lane = task.progress.lane(task.worker);
    let shift = Rc::new(Shift::new(
        task.reach.dial(),
        (Renderers::new(task.requests), task.scripts),
        task.timeout,
        task.places.max(1),
        task.give_up,
        task.start,
        (task.progress, lane),
        Alarms::new()?,
        task.source,
        task.recorder,
    ));
    let send = {
        let (worker, windows) = (task.worker, task.windows);
        move |closed| {
            // Nobody listens once the run is torn down.
            let _ = windows.send((worker, closed));
        }
    };
    #[cfg(target_os = "linux")]
    if shift.scripts.is_empty() && shift.connect.is_plain() {
        serve(&shift, Sockets::new(Rc::clone(&shift))?, &send).await?;
        return report(shift, &send);
    }
    serve(&shift, Tasks::new(Rc::clone(&shift)), &send).await?;
    report(shift, &send)
}

/// From the first arrival to the last outcome.
async fn serve<C: 'static>(
    shift: &Rc<Shift<C>>,
    crew: impl Crew + 'static,
    send: &(impl Fn(Closed) + Clone + 'static),
) -> io::Result<()> {
    let (crew, pace) = (Rc::new(crew), Pace::new()?);
    let watchman =
        tokio::task::spawn_local(watch(Rc::clone(shift), Rc::clone(&crew), send.clone()));
    let bell = tokio::task::spawn_local({
        let shift = Rc::clone(shift);
        async move { shift.alarms.ring().await }
    });
    give_out(shift, &*crew, &pace).await;
    crew.leave().await?;
    for task in [watchman, bell] {
        task.abort();
        let _ = task.await;
    }
    Ok(())
}

/// What is left to be said when nothing is in flight any more.
fn report<C>(shift: Rc<Shift<C>>, send: &impl Fn(Closed)) -> io::Result<Report> {
    let now = shift.now();
    shift.found_room(now);
    record_unsent(&shift, now, send);
    let (last_sent, full) = (shift.last_sent(), shift.full_for());
    let shift =
        Rc::into_inner(shift).ok_or_else(|| io::Error::other("a place is still at work"))?;
    let (recorded, rest) = shift.recorder.into_inner().finish();
    send(rest);
    Ok(Report {
        recorded,
        last_sent,
        full,
    })
}

/// Hands each arrival to a place at its intended time, opening places up to the cap. Where every place is taken, those
/// that become free help themselves.
async fn give_out<C>(shift: &Shift<C>, crew: &impl Crew, pace: &Pace) {
    // A closed loop has no intended times, but a beginning.
    while Instant::now() < shift.start && shift.next_due(Duration::ZERO).is_some() {
        pace.wait(shift.start).await;
    }
    loop {
        let now = shift.now();
        let Some(due) = shift.next_due(now) else {
            return;
        };
        if due > now {
            pace.wait(shift.start + due).await;
            let spun = pace.spun().as_nanos() as u64;
            shift.lane.spun_ns.store(spun, Ordering::Relaxed);
            continue;
        }
        let idle = shift.idle.borrow_mut().pop();
        match idle {
            Some(number) => match shift.take(now) {
                Some(arrival) => crew.give(number, arrival, now),
                None => shift.idle.borrow_mut().push(number),
            },
            None if crew.places() < shift.cap => {
                if let Some(arrival) = shift.take(now) {
                    crew.open(arrival, now);
                }
            }
            None => {
                if shift.is_open() {
                    shift.found_full(now);
                }
                shift.freed.notified().await;
            }
        }
    }
}

/// Looks at deadlines, tells users who think that the run is over, and closes windows, now and then.
async fn watch<C>(shift: Rc<Shift<C>>, crew: Rc<impl Crew>, send: impl Fn(Closed)) {
    let grain = (shift.timeout / 50).clamp(Duration::from_millis(1), Duration::from_millis(20));
    let mut ticks = tokio::time::interval(grain);
    let mut told = 0;
    loop {
        ticks.tick().await;
        let now = if shift.progress.cut.load(Ordering::Relaxed) {
            Duration::MAX
        } else {
            shift.now()
        };
        crew.expire(now);
        if shift.over(shift.now()).is_some() {
            shift.alarms.ring_all();
        }
        let closed = shift.close();
        if closed.before != told || !closed.is_empty() {
            told = closed.before;
            send(closed);
        }
    }
}
