//! The slots of one day.

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Time, time},
};
use rand::{Rng, RngExt as _, seq::index};
use serde::Serialize;

const FIRST: Time = time(8, 0, 0, 0);
/// From eight to six in half hours, both ends included.
const STEPS: i64 = 21;
const STEP_MINUTES: i64 = 30;
/// Most slots of a day.
const MOST: usize = 8;

/// One appointment that may be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// When it begins, `HH:MM` in UTC.
    pub start: String,
    /// Whether it is still free.
    pub available: bool,
}

/// Up to eight slots of `date` that do not begin before `now`, in order; none when the day is over.
pub(super) fn slots(date: Date, now: DateTime, availability: f64, rng: &mut impl Rng) -> Vec<Slot> {
    let starts = (0..STEPS).map(|step| date.to_datetime(FIRST) + (step * STEP_MINUTES).minutes());
    let open: Vec<DateTime> = starts.filter(|start| *start >= now).collect();
    let mut chosen = index::sample(rng, open.len(), open.len().min(MOST)).into_vec();
    chosen.sort_unstable();
    let slot = |i: usize| Slot {
        start: open[i].strftime("%H:%M").to_string(),
        available: rng.random_bool(availability),
    };
    chosen.into_iter().map(slot).collect()
}
