//! What the places and tasks of one worker share. One thread, so cells and no locks.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::alarms::Alarms;
use super::renderers::Renderers;
use super::source::Source;
use crate::ledger::{Closed, Recorder, Sample};
use crate::load::progress::{Lane, Progress};
use crate::load::schedule::Arrival;
use crate::load::script::Scripts;
use crate::model::outcome::NotSent;

/// One worker at work.
#[derive(Debug)]
pub(super) struct Shift<C> {
    pub(super) connect: C,
    pub(super) renderers: Renderers,
    pub(super) scripts: Scripts,
    pub(super) timeout: Duration,
    /// Requests in flight at once, at most.
    pub(super) cap: usize,
    /// From the start of the load: what is not sent by then never will be.
    pub(super) give_up: Duration,
    pub(super) start: Instant,
    pub(super) progress: Arc<Progress>,
    pub(super) lane: Arc<Lane>,
    /// For users who think.
    pub(super) alarms: Alarms,
    pub(super) source: RefCell<Source>,
    pub(super) recorder: RefCell<Recorder>,
    /// Places that wait for an order, the one that waits shortest on top: few connections stay warm rather than many
    /// lukewarm.
    pub(super) idle: RefCell<Vec<usize>>,
    /// Told when a place becomes idle or leaves.
    pub(super) freed: Notify,
    over: Cell<Option<NotSent>>,
    last_sent: Cell<Duration>,
    full_since: Cell<Option<Duration>>,
    full: Cell<Duration>,
}

impl<C> Shift<C> {
    #[expect(
        clippy::too_many_arguments,
        reason = "made in one place, from named parts"
    )]
    pub(super) fn new(
        connect: C,
        (renderers, scripts): (Renderers, Scripts),
        timeout: Duration,
        cap: usize,
        give_up: Duration,
        start: Instant,
        (progress, lane): (Arc<Progress>, Arc<Lane>),
        alarms: Alarms,
        source: Source,
        recorder: Recorder,
    ) -> Self {
        Self {
            connect,
            renderers,
            scripts,
            timeout,
            cap,
            give_up,
            start,
            progress,
            lane,
            alarms,
            source: RefCell::new(source),
            recorder: RefCell::new(recorder),
            idle: RefCell::new(Vec::with_capacity(cap.min(1024))),
            freed: Notify::new(),
            over: Cell::new(None),
            last_sent: Cell::new(Duration::ZERO),
            full_since: Cell::new(None),
            full: Cell::new(Duration::ZERO),
        }
    }

    /// Time since the start of the load.
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Why nothing more is sent, if so.
    pub(super) fn over(&self, now: Duration) -> Option<NotSent> {
        if self.over.get().is_none() {
            if self.progress.stop.load(Ordering::Relaxed) {
                self.over.set(Some(NotSent::Interrupted));
            } else if now >= self.give_up {
                self.over.set(Some(NotSent::Behind));
            }
        }
        self.over.get()
    }

    /// When the next arrival is due; `None` if nothing more is to be sent.
    pub(super) fn next_due(&self, now: Duration) -> Option<Duration> {
        if self.over(now).is_some() {
            return None;
        }
        self.source.borrow_mut().next_due(now)
    }

    /// Whether an arrival is due that nobody has taken.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.next_due(now).is_some_and(|due| due <= now)
    }

    /// The next arrival if it is due. Whoever takes it must see to its outcome.
    pub(super) fn take(&self, now: Duration) -> Option<Arrival> {
        if self.over(now).is_some() {
            return None;
        }
        let arrival = self.source.borrow_mut().take(now)?;
        self.recorder.borrow_mut().expect(arrival.due.as_secs());
        Some(arrival)
    }

    /// For a place that becomes free now: the next arrival that waits for one. Whoever takes it must see to its outcome.
    pub(super) fn take_waiting(&self, now: Duration) -> Option<Arrival> {
        let arrival = self.take(now);
        if arrival.is_none() {
            self.found_room(now);
        } else if self.is_full() {
            Lane::add(&self.lane.waited);
        }
        arrival
    }

    /// Lays a place among the idle ones; `false` if nothing more is to be sent.
    pub(super) fn rest(&self, place: usize, now: Duration) -> bool {
        let more = self.next_due(now).is_some();
        if more {
            self.idle.borrow_mut().push(place);
        }
        self.freed.notify_one();
        more
    }

    /// Notes that the later step of a journey will be due then. Whoever calls it must see to its outcome, and an
    /// earlier outcome of the journey must still be owed: the second is open then.
    pub(super) fn expect(&self, due: Duration) {
        self.recorder.borrow_mut().expect(due.as_secs());
    }

    /// Whether an outcome is good.
    pub(super) fn is_good(&self, sample: &Sample) -> bool {
        self.recorder
            .borrow()
            .is_good(sample.route, &sample.outcome)
    }

    /// Notes that a request goes out now. A journey's step that is due after the last phase does not make sending long.
    pub(super) fn sent(&self, at: Duration, due: Duration) {
        if due <= self.scripts.end() {
            self.last_sent.set(at);
        }
        Lane::add(&self.lane.sent);
    }

    /// Notes the one outcome of an arrival.
    pub(super) fn done(&self, sample: &Sample) {
        self.recorder.borrow_mut().record(sample);
        Lane::add(&self.lane.done);
    }

    /// Notes that so many arrivals of a second, route and phase, which nobody has taken, are never sent.
    pub(super) fn done_unsent(
        &self,
        second: u64,
        place: (usize, usize),
        arrivals: u64,
        why: NotSent,
    ) {
        let mut recorder = self.recorder.borrow_mut();
        recorder.record_unsent(second, place, arrivals, why);
        Lane::add_many(&self.lane.done, arrivals);
    }

    /// Whether arrivals come by themselves; in a closed loop none ever waits for a place.
    pub(super) fn is_open(&self) -> bool {
        matches!(*self.source.borrow(), Source::Open(_))
    }

    /// Notes that an arrival found every place taken.
    pub(super) fn found_full(&self, now: Duration) {
        if self.full_since.get().is_none() {
            self.full_since.set(Some(now));
        }
    }

    /// Notes that a place became free with nothing waiting for it.
    pub(super) fn found_room(&self, now: Duration) {
        if let Some(since) = self.full_since.take() {
            self.full.set(self.full.get() + now.saturating_sub(since));
        }
    }

    /// Whether arrivals wait for a place.
    pub(super) fn is_full(&self) -> bool {
        self.full_since.get().is_some()
    }

    /// How long arrivals waited for a place.
    pub(super) fn full_for(&self) -> Duration {
        self.full.get()
    }

    /// When the last request went out.
    pub(super) fn last_sent(&self) -> Duration {
        self.last_sent.get()
    }

    /// Closes the seconds that are done.
    pub(super) fn close(&self) -> Closed {
        let now = self.now();
        let passed = match &mut *self.source.borrow_mut() {
            // A closed loop takes arrivals at any time until its end.
            Source::Closed(_) => now.as_secs(),
            source @ Source::Open(_) => source.next_due(now).map_or(u64::MAX, |due| due.as_secs()),
        };
        self.recorder.borrow_mut().close(passed)
    }
}
