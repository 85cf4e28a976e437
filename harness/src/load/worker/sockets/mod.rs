//! Places that are plain sockets of HTTP/1.1, driven together by one task.
//!
//! In each round it reads what has come to any of them, and then writes the next request of those that became free in
//! the round before: a service that answers quicker than it is asked would otherwise fall asleep after each request and
//! be woken by the next, and waking it costs the one who writes. A place costs a few hundred bytes: the inbox and the
//! reply are one for all, a renderer is one for each route, and only what comes or goes in pieces is kept by its place.
//!
//! Before anything is written, what the event loop has heard of is read: an idle connection that its server has left must
//! be found so, not used.

mod place;
mod poller;

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::event::epoll::Event;
use tokio::task::JoinHandle;

use super::crew::Crew;
use super::shift::Shift;
use crate::load::progress::Lane;
use crate::load::schedule::Arrival;
use crate::load::wire::Reply;
use crate::load::wire::dial::Dial;
use crate::load::wire::http1::{Driven, Inbox};
use crate::model::Outcome;
use place::{Place, Read, Work};
use poller::{AT_ONCE, Poller, Ready, told};

/// All places of a worker, and the task that drives them.
pub(super) struct Sockets {
    inner: Rc<Inner>,
    driver: RefCell<Option<JoinHandle<io::Result<()>>>>,
}

struct Inner {
    shift: Rc<Shift<Dial>>,
    poller: Poller,
    places: RefCell<Vec<Place>>,
    /// Places whose request is done while arrivals are due: they write in the next round.
    free: RefCell<Vec<usize>>,
    /// Places that have more to read than a round allows.
    more: RefCell<Vec<Ready>>,
    in_flight: Cell<usize>,
    shared: RefCell<(Inbox, Reply)>,
    events: RefCell<Vec<Event>>,
}

impl Sockets {
    /// None yet, in the runtime of the calling thread.
    pub(super) fn new(shift: Rc<Shift<Dial>>) -> io::Result<Self> {
        let inner = Rc::new(Inner {
            shift,
            poller: Poller::new()?,
            places: RefCell::default(),
            free: RefCell::default(),
            more: RefCell::default(),
            in_flight: Cell::new(0),
            shared: RefCell::default(),
            events: RefCell::new(Poller::buffer()),
        });
        let driver = tokio::task::spawn_local(Rc::clone(&inner).drive());
        Ok(Self {
            inner,
            driver: RefCell::new(Some(driver)),
        })
    }
}

impl Crew for Sockets {
    fn places(&self) -> usize {
        self.inner.places.borrow().len()
    }

    fn open(&self, arrival: Arrival, now: Duration) {
        let number = self.places();
        self.inner.places.borrow_mut().push(Place::default());
        self.inner.begin(number, arrival, now);
    }

    fn give(&self, place: usize, arrival: Arrival, now: Duration) {
        if self.inner.poller.has_heard() {
            // An error meets the driver, too.
            let _ = self.inner.read();
        }
        self.inner.begin(place, arrival, now);
    }

    fn expire(&self, now: Duration) {
        let late = |place: &Place| place.is_late(now);
        if !self.inner.places.borrow().iter().any(late) {
            return;
        }
        // After a pause of this process answers lie unread that came in time.
        for _ in 0..=self.places() / AT_ONCE {
            let _ = self.inner.read();
        }
        for place in 0..self.places() {
            let expired = self.inner.places.borrow_mut()[place].expire(now);
            if let Some(work) = expired {
                self.inner.done(place, &work, Outcome::TimedOut);
            }
        }
        self.inner.resume();
    }

    async fn leave(&self) -> io::Result<()> {
        // Deadlines see to it that this ends.
        while self.inner.in_flight.get() > 0 {
            self.inner.shift.freed.notified().await;
        }
        let driver = self
            .driver
            .take()
            .ok_or_else(|| io::Error::other("left twice"))?;
        driver.abort();
        match driver.await {
            Ok(ended) => ended,
            Err(error) if error.is_cancelled() => Ok(()),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

impl Inner {
    /// Rounds, for as long as the load lasts.
    async fn drive(self: Rc<Self>) -> io::Result<()> {
        let ended = self.rounds().await;
        // Without it every request would time out.
        self.shift.progress.stop.store(true, Ordering::Relaxed);
        ended
    }

    async fn rounds(self: &Rc<Self>) -> io::Result<()> {
        let mut free = Vec::new();
        loop {
            std::mem::swap(&mut *self.free.borrow_mut(), &mut free);
            let all = self.read()?;
            self.take_waiting(free.drain(..));
            if all && self.free.borrow().is_empty() {
                self.poller.wait().await?;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Reads what has come to sockets, and says whether that was all.
    fn read(self: &Rc<Self>) -> io::Result<bool> {
        let mut events = self.events.borrow_mut();
        self.poller.look(&mut events)?;
        for ready in self.more.take() {
            self.places.borrow_mut()[ready.place].has_more = false;
            self.read_one(ready);
        }
        told(&events).for_each(|ready| self.read_one(ready));
        Ok(events.len() < events.capacity() && self.more.borrow().is_empty())
    }

    fn read_one(self: &Rc<Self>, ready: Ready) {
        let read = {
            let (inbox, reply) = &mut *self.shared.borrow_mut();
            self.places.borrow_mut()[ready.place].read(ready.ended, inbox, reply)
        };
        match read {
            Some(Read::Over(work, outcome)) => self.done(ready.place, &work, outcome),
            Some(Read::Stale) => self.write(ready.place),
            Some(Read::Again) => self.more.borrow_mut().push(ready),
            None => {}
        }
    }

    /// Gives places that became free the arrivals that wait for one.
    fn take_waiting(self: &Rc<Self>, free: impl IntoIterator<Item = usize>) {
        for place in free {
            let now = self.shift.now();
            match self.shift.take_waiting(now) {
                Some(arrival) => self.begin(place, arrival, now),
                None => _ = self.shift.rest(place, now),
            }
        }
    }

    fn begin(self: &Rc<Self>, place: usize, arrival: Arrival, now: Duration) {
        let shift = &*self.shift;
        shift.sent(now, arrival.due);
        self.in_flight.set(self.in_flight.get() + 1);
        self.places.borrow_mut()[place].work = Some(Work {
            arrival,
            trace: shift.renderers.trace(arrival.route, arrival.seq),
            sent: now,
            deadline: now + shift.timeout,
        });
        self.write(place);
    }

    /// Writes a place's request, over a fresh connection if there is none that will do.
    fn write(self: &Rc<Self>, number: usize) {
        let mut places = self.places.borrow_mut();
        let place = &mut places[number];
        if place.write(&self.shift.renderers) {
            return;
        }
        Lane::add(&self.shift.lane.opened);
        let inner = Rc::clone(self);
        let connecting = tokio::task::spawn_local(async move {
            let socket = inner.shift.connect.plain_socket().await;
            inner.connected(number, socket);
        });
        place.connecting = Some(connecting.abort_handle());
    }

    fn connected(self: &Rc<Self>, number: usize, socket: Result<OwnedFd, Outcome>) {
        let mut places = self.places.borrow_mut();
        let place = &mut places[number];
        place.connecting = None;
        let added = socket.and_then(|socket| match self.poller.add(&socket, number) {
            Ok(()) => Ok(Driven::new(socket)),
            Err(_) => Err(Outcome::ConnectFailed),
        });
        match added {
            Ok(connection) => {
                if std::mem::replace(&mut place.connected, true) {
                    Lane::add(&self.shift.lane.reopened);
                }
                place.connection = Some(connection);
                if place.work.is_some() {
                    drop(places);
                    self.write(number);
                }
            }
            Err(outcome) => {
                let work = place.work.take();
                drop(places);
                if let Some(work) = work {
                    self.done(number, &work, outcome);
                }
                self.resume();
            }
        }
    }

    /// For those that became free outside of a round: the driver may be asleep.
    fn resume(self: &Rc<Self>) {
        // An error meets the driver, too.
        let _ = self.read();
        self.take_waiting(self.free.take());
    }

    /// Notes the outcome of a place's request. The place is free then.
    fn done(&self, place: usize, work: &Work, outcome: Outcome) {
        let done = self.shift.now();
        self.in_flight.set(self.in_flight.get() - 1);
        self.shift.done(&work.sample(done, outcome));
        if self.shift.is_due(done) {
            self.free.borrow_mut().push(place);
        } else {
            self.shift.found_room(done);
            self.shift.rest(place, done);
        }
    }
}
