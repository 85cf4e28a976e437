//! A place in flight: a task that carries one request at a time over a connection of its own.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::super::shift::Shift;
use super::journey::play;
use crate::ledger::{Sample, TraceId};
use crate::load::progress::Lane;
use crate::load::schedule::Arrival;
use crate::load::wire::{Connect, Connection, Rendered, Reply};
use crate::model::Outcome;

/// Where a place is spoken to: orders, and the news that its request takes too long.
///
/// One watchman looks at all deadlines now and then instead of a timer for each request: timers cost a tenth of a
/// request, and a time-out that is noticed a fiftieth of itself later is still recorded at its true age.
#[derive(Debug, Default)]
pub(super) struct Desk {
    order: Cell<Option<Arrival>>,
    deadline: Cell<Option<Duration>>,
    expired: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Desk {
    /// Hands an arrival to a place that waits for one.
    pub(super) fn give(&self, arrival: Arrival) {
        self.order.set(Some(arrival));
        self.wake();
    }

    /// Wakes the place, to look again.
    pub(super) fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Ends the request under way if its time is over.
    pub(super) fn watch(&self, now: Duration) {
        if self.deadline.get().is_some_and(|deadline| now >= deadline) {
            self.deadline.set(None);
            self.expired.set(true);
            self.wake();
        }
    }

    fn listen(&self, cx: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(known) => known.clone_from(cx.waker()),
            None => *waker = Some(cx.waker().clone()),
        }
    }

    /// The result of some work, or `None` if its deadline came first.
    async fn within<T>(
        &self,
        deadline: Duration,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> Option<T> {
        self.expired.set(false);
        self.deadline.set(Some(deadline));
        let result = poll_fn(|cx| {
            if self.expired.get() {
                return Poll::Ready(None);
            }
            self.listen(cx);
            work.as_mut().poll(cx).map(Some)
        })
        .await;
        self.deadline.set(None);
        result
    }
}

/// What a place uses again and again.
pub(super) struct Kit<C> {
    connection: Option<C>,
    /// Whether it ever had a connection: the next one is for want of that.
    connected: bool,
    pub(super) reply: Reply,
}

/// Serves arrivals until nothing more is to be sent.
pub(super) async fn serve<C: Connect>(
    shift: Rc<Shift<C>>,
    (number, desk): (usize, Rc<Desk>),
    first: Arrival,
) {
    let mut kit = Kit {
        connection: None,
        connected: false,
        reply: Reply::default(),
    };
    // Those of a journey under way; a plain route has none.
    let mut values = Vec::new();
    let mut order = Some((first, shift.now()));
    while let Some((arrival, now)) = order {
        let done = if let Some(script) = shift.scripts.of(arrival.route) {
            // Boxed, so that places which serve plain routes only stay as small as they are.
            Box::pin(play(
                &shift,
                &desk,
                &mut kit,
                script,
                &mut values,
                (arrival, now),
            ))
            .await
        } else {
            let sample = exchange(&shift, &desk, &mut kit, &[], arrival, now).await;
            shift.done(&sample);
            sample.done
        };
        order = match take_waiting(&shift, done).await {
            None => await_order(&shift, &desk, number, done).await,
            waiting => waiting,
        };
    }
    shift.freed.notify_one();
}

/// An arrival that became due while this place was busy, and the time.
///
/// First the other places read what has come to them, then all write: a service that answers quicker than it is asked
/// would otherwise fall asleep after each request and be woken by the next, and waking it costs the one who writes.
async fn take_waiting<C>(shift: &Shift<C>, done: Duration) -> Option<(Arrival, Duration)> {
    if !shift.is_due(done) {
        shift.found_room(done);
        return None;
    }
    tokio::task::yield_now().await;
    let now = shift.now();
    Some((shift.take_waiting(now)?, now))
}

/// Waits for an order; `None` when there will be none.
async fn await_order<C>(
    shift: &Shift<C>,
    desk: &Desk,
    number: usize,
    now: Duration,
) -> Option<(Arrival, Duration)> {
    if !shift.rest(number, now) {
        return None;
    }
    poll_fn(|cx| {
        let now = shift.now();
        if let Some(arrival) = desk.order.take() {
            return Poll::Ready(Some((arrival, now)));
        }
        if shift.next_due(now).is_none() {
            return Poll::Ready(None);
        }
        desk.listen(cx);
        Poll::Pending
    })
    .await
}

/// Sends one request and sees to its outcome.
pub(super) async fn exchange<C: Connect>(
    shift: &Shift<C>,
    desk: &Desk,
    kit: &mut Kit<C::Connection>,
    values: &[Vec<u8>],
    arrival: Arrival,
    now: Duration,
) -> Sample {
    let mut renderer = shift.renderers.lend(arrival.route);
    let trace = renderer.trace(arrival.seq);
    let request = renderer.render(arrival.seq, trace, values);
    let line = (&mut kit.connection, &mut kit.connected);
    shift.sent(now, arrival.due);
    let outcome = {
        let work = pin!(send(shift, line, request, &mut kit.reply));
        desk.within(now + shift.timeout, work).await
    };
    shift.renderers.take_back(arrival.route, renderer);
    Sample {
        seq: arrival.seq,
        route: arrival.route,
        phase: arrival.phase,
        due: arrival.due,
        sent: Some(now),
        done: shift.now(),
        outcome: outcome.unwrap_or(Outcome::TimedOut),
        trace_id: TraceId(trace.number()),
    }
}

/// One exchange on the place's connection, or on a fresh one.
async fn send<C: Connect>(
    shift: &Shift<C>,
    (place, connected): (&mut Option<C::Connection>, &mut bool),
    request: Rendered<'_>,
    reply: &mut Reply,
) -> Outcome {
    loop {
        // A connection whose exchange was cut off is not reusable, so the next request cannot read its answer.
        let connection = match place {
            Some(connection) if connection.reusable() => connection,
            _ => {
                *place = None;
                Lane::add(&shift.lane.opened);
                // Boxed, as it is large and seldom: what holds it is moved with every request.
                match Box::pin(shift.connect.connect()).await {
                    Ok(connection) => {
                        if std::mem::replace(connected, true) {
                            Lane::add(&shift.lane.reopened);
                        }
                        place.insert(connection)
                    }
                    Err(outcome) => return outcome,
                }
            }
        };
        let outcome = connection.exchange(request, reply).await;
        // The server had left the idle connection and has seen nothing of the request. A fresh one has no such past.
        if !connection.unsent() {
            return outcome;
        }
        *place = None;
    }
}
