//! What a load leaves behind that ends before its schedule does: each arrival that was not sent gets its outcome, too,
//! and so does each step of its journey.
//!
//! That may be a day of load, so the schedule is asked for whole seconds, not for each intended time, and seconds go to
//! the ledger while later ones are counted.

use std::time::Duration;

use super::shift::Shift;
use super::tasks::{rest_unsent, unsent};
use crate::ledger::Closed;
use crate::load::schedule::Arrival;
use crate::model::outcome::NotSent;

/// So many seconds go to the ledger at once: few enough to cost no memory, and enough that whoever takes them is not
/// woken for each.
const BATCH: u64 = 64;

/// Records all arrivals that nobody has taken; `send` takes the seconds as they close. Nothing may be in flight.
pub(super) fn record_unsent<C>(shift: &Shift<C>, now: Duration, send: impl Fn(Closed)) {
    let why = shift.over(now).unwrap_or(NotSent::Behind);
    let Some(rest) = shift.source.borrow_mut().rest() else {
        return;
    };
    let schedule = &*rest.schedule;
    let only = schedule.only_route();
    let mut seq = rest.next;
    // By the route that the schedule gives them.
    let mut arrivals = vec![0; shift.renderers.routes()];
    let mut open_from = 0;
    for span in schedule.spans(seq) {
        if span.second >= open_from + BATCH {
            send(shift.recorder.borrow_mut().close(span.second));
            open_from = span.second;
        }
        while seq < span.seqs.end {
            let route = only.unwrap_or_else(|| schedule.route(seq));
            if is_kept(shift, route, seq) {
                one_by_one(shift, schedule.arrival(seq), now, why);
            } else if only.is_some() {
                let left = (span.seqs.end - seq).div_ceil(rest.step);
                arrivals[route] += left;
                seq = seq.saturating_add(left.saturating_mul(rest.step));
                break;
            } else {
                arrivals[route] += 1;
            }
            seq = seq.saturating_add(rest.step);
        }
        for (route, arrivals) in arrivals.iter_mut().enumerate() {
            let arrivals = std::mem::take(arrivals);
            if arrivals > 0 {
                each_step(shift, route, |step| {
                    shift.done_unsent(span.second, (step, span.phase), arrivals, why);
                });
            }
        }
    }
}

/// Whether the ledger keeps the arrival itself, or a step of it, rather than its number.
fn is_kept<C>(shift: &Shift<C>, route: usize, seq: u64) -> bool {
    let recorder = shift.recorder.borrow();
    let mut kept = false;
    each_step(shift, route, |step| {
        kept |= recorder.keeps_failed(step, seq);
    });
    kept
}

fn one_by_one<C>(shift: &Shift<C>, arrival: Arrival, now: Duration, why: NotSent) {
    match shift.scripts.of(arrival.route) {
        None => unsent(shift, arrival, now, why),
        Some(script) => rest_unsent(shift, arrival, script.steps(), now, why),
    }
}

/// The routes of all requests of an arrival.
fn each_step<C>(shift: &Shift<C>, route: usize, mut look: impl FnMut(usize)) {
    match shift.scripts.of(route) {
        None => look(route),
        Some(script) => script.steps().iter().for_each(|step| look(step.route)),
    }
}
