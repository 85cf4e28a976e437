//! A journey: several requests of one virtual user in order, on the connection of one place.
//!
//! An arrival plans every step of its journey, so each gets an outcome. The first is due when the schedule says so; a
//! later one when the step before is done and the user has thought. If a step cannot follow, it and all after it are
//! recorded as not sent; if it lacks a value of the reply before, that is its own failure, as the step before was good.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use super::super::shift::Shift;
use super::place::{Desk, Kit, exchange};
use crate::ledger::{Sample, TraceId};
use crate::load::schedule::Arrival;
use crate::load::script::{Script, Step};
use crate::load::wire::Connect;
use crate::model::Outcome;
use crate::model::outcome::NotSent;

/// Sees to the outcome of every step of an arrival, and says when it was done. `values` are a buffer that is used again.
pub(super) async fn play<C: Connect>(
    shift: &Shift<C>,
    desk: &Desk,
    kit: &mut Kit<C::Connection>,
    script: &Script,
    values: &mut Vec<Vec<u8>>,
    (mut arrival, mut now): (Arrival, Duration),
) -> Duration {
    let mut steps = script.steps();
    if !shift.scripts.fill(script, arrival.seq, values) {
        not_sent(shift, arrival, steps, NotSent::NoRow);
        return now;
    }
    while let Some((step, rest)) = steps.split_first() {
        step.ask(&mut kit.reply);
        let sample = exchange(shift, desk, kit, values, arrival, now).await;
        let ends = if shift.is_good(&sample) {
            (!step.take(&kit.reply, values)).then_some(NotSent::NoValue)
        } else {
            Some(NotSent::StepBefore)
        };
        steps = rest;
        let Some(next) = steps.first() else {
            shift.done(&sample);
            break;
        };
        let due = sample.done + next.think;
        let too_late = (due >= shift.give_up).then_some(NotSent::StepBefore);
        if let Some(why) = ends.or(too_late) {
            let (now, next) = (sample.done, later(shift, arrival, next, sample.done));
            // Before the outcome that keeps their second open. Only the first of them has a reason of its own.
            unsent(shift, next, now, why);
            rest_unsent(shift, next, &steps[1..], now, NotSent::StepBefore);
            shift.done(&sample);
            break;
        }
        arrival = later(shift, arrival, next, due);
        shift.expect(due);
        shift.done(&sample);
        match think(shift, due).await {
            Ok(time) => now = time,
            Err(why) => {
                not_sent(shift, arrival, steps, why);
                break;
            }
        }
    }
    (kit.reply.keep_head, kit.reply.keep_body) = (false, false);
    shift.now()
}

/// A later step as an arrival of its own.
fn later<C>(shift: &Shift<C>, arrival: Arrival, step: &Step, due: Duration) -> Arrival {
    Arrival {
        seq: arrival.seq,
        due,
        phase: shift.scripts.phase_at(due),
        route: step.route,
    }
}

/// Waits until then, and says what time it is; `Err` says why nothing is to be sent any more.
async fn think<C>(shift: &Shift<C>, until: Duration) -> Result<Duration, NotSent> {
    poll_fn(|cx| {
        let now = shift.now();
        if let Some(why) = shift.over(now) {
            return Poll::Ready(Err(why));
        }
        if now >= until {
            return Poll::Ready(Ok(now));
        }
        shift.alarms.set(shift.start + until, cx.waker().clone());
        Poll::Pending
    })
    .await
}

/// The outcome of a step that was expected and of those after it, none of which is sent.
fn not_sent<C>(shift: &Shift<C>, arrival: Arrival, steps: &[Step], why: NotSent) {
    let now = shift.now();
    // Those after it first, while the one that is expected keeps the second open.
    if let Some(next) = steps.get(1) {
        let due = now.max(arrival.due);
        rest_unsent(
            shift,
            later(shift, arrival, next, due),
            &steps[1..],
            now,
            why,
        );
    }
    record(shift, arrival, now, why);
}

/// The outcome of steps that nobody has expected yet, none of which is sent; `arrival` is the first of them.
pub(in crate::load::worker) fn rest_unsent<C>(
    shift: &Shift<C>,
    arrival: Arrival,
    steps: &[Step],
    now: Duration,
    why: NotSent,
) {
    for step in steps {
        let route = step.route;
        unsent(shift, Arrival { route, ..arrival }, now, why);
    }
}

/// The outcome of an arrival that nobody has expected yet, and that is not sent.
pub(in crate::load::worker) fn unsent<C>(
    shift: &Shift<C>,
    arrival: Arrival,
    now: Duration,
    why: NotSent,
) {
    shift.expect(arrival.due);
    record(shift, arrival, now, why);
}

fn record<C>(shift: &Shift<C>, arrival: Arrival, now: Duration, why: NotSent) {
    shift.done(&Sample {
        seq: arrival.seq,
        route: arrival.route,
        phase: arrival.phase,
        due: arrival.due,
        sent: None,
        done: now.max(arrival.due),
        outcome: Outcome::NotSent { why },
        trace_id: TraceId::default(),
    });
}
