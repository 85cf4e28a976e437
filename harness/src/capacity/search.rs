//! Which rate to try next: a pure function of the steps so far.
//!
//! **Climb**: from the lowest rate, twice as much each time, until the objective breaks or the limit holds.
//! **Narrow**: the geometric middle of the highest rate that held and the lowest that did not, until the two are
//! within the precision. **Confirm**: both ends again, taking turns, with arrivals of their own. What a rate is taken
//! for is the majority of its steps, a tie counting as broken; so when a confirmation overrules the search, the
//! bracket moves and the search goes on from there; where steps contradict each other, the nearest rates at which all
//! steps agree become the ends. A step that is not valid says nothing about the service: it is
//! repeated, and a rate whose every try was invalid is a ceiling of the generator.
//!
//! How long it can take is known before: [`Settings::most_steps`].

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::answer::{Bracket, Votes};

/// The search moves on from a confirmed bracket that did not stand, until so many rates have been confirmed.
pub const MOST_CONFIRMED: usize = 6;

/// Rates have so many significant digits: nobody wants to read 565.685424949.
const DIGITS: i32 = 4;

/// What is searched, and how carefully.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The lowest rate, tried first, per second; above zero.
    pub start: f64,
    /// The highest rate that is tried; at least `start`.
    pub limit: f64,
    /// The bracket is narrow enough when its upper end is at most this share above the lower one; above zero.
    pub precision: f64,
    /// Each end is repeated so often.
    pub repeats: u32,
    /// A rate whose step is not valid is tried so many times more.
    pub retries: u32,
}

/// What one step proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// The objective holds at this rate.
    Holds,
    /// It does not.
    Breaks,
    /// Nothing: the generator did not deliver the load.
    Invalid,
}

/// Why a rate is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To find a rate that breaks.
    Climb,
    /// To bring the ends of the bracket together.
    Narrow,
    /// To see whether an end of the bracket stands.
    Confirm,
}

/// One step that was made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Arrivals per second.
    pub rate: f64,
    /// What for.
    pub purpose: Purpose,
    /// What it proved.
    pub judged: Judged,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// Make a step.
    Try {
        /// At this rate.
        rate: f64,
        /// What for.
        purpose: Purpose,
    },
    /// Nothing more would be learned.
    Done,
}

impl Settings {
    /// The number of steps is never above this:
    ///
    /// (1 + retries) × (C + 12 × N) + 6 × (repeats + retries), with
    /// C = 1 + ⌈log₂(limit / start)⌉ rates to climb, and
    /// N = 1 + ⌈log₂(ln 2 / ln(1 + precision))⌉ rates to narrow one doubling down to the precision.
    ///
    /// 6 is [`MOST_CONFIRMED`], and 12 stands for both sides of each. A service that does not contradict itself takes
    /// at most C + N + 2 × repeats.
    pub fn most_steps(&self) -> u32 {
        let most = MOST_CONFIRMED as u32;
        (1 + self.retries) * (self.climbs() + 2 * most * self.narrowings())
            + most * (self.repeats + self.retries)
    }

    /// C of [`Self::most_steps`].
    pub fn climbs(&self) -> u32 {
        1 + (self.limit / self.start).log2().ceil().max(0.0) as u32
    }

    /// N of [`Self::most_steps`]; the 1 is for the rounding of rates.
    pub fn narrowings(&self) -> u32 {
        let halvings = (2.0_f64.ln() / self.precision.ln_1p()).log2().ceil();
        1 + halvings.max(0.0) as u32
    }
}

/// The next step after these.
pub fn next(settings: &Settings, trials: &[Trial]) -> Next {
    if trials.len() >= settings.most_steps() as usize {
        return Next::Done;
    }
    wanted(settings, trials)
}

fn wanted(settings: &Settings, trials: &[Trial]) -> Next {
    let rates = rates(trials);
    let Some(last) = trials.last() else {
        return Next::Try {
            rate: settings.start,
            purpose: Purpose::Climb,
        };
    };
    if opinion(settings, trials, last.rate) == Opinion::NotYet {
        return Next::Try {
            rate: last.rate,
            purpose: last.purpose,
        };
    }
    let (low, high) = ends(settings, trials, &rates);
    let measured = high.filter(|high| votes(trials, *high).valid() > 0);
    // The bracket by majority first; then the one at whose ends all steps agree, where that is another.
    search(settings, &rates, low, high)
        .or_else(|| confirm(settings, trials, [low, measured]))
        .or_else(|| around_contested(settings, trials, &rates))
        .or_else(|| {
            let agreed = Bracket::of(trials);
            confirm(settings, trials, [agreed.low, agreed.high])
        })
        .unwrap_or(Next::Done)
}

/// Where steps contradicted each other, the ends at which all agree may lie far apart: brings them closer to the
/// contested rates between them.
fn around_contested(settings: &Settings, trials: &[Trial], rates: &[f64]) -> Option<Next> {
    let Bracket {
        low: Some(low),
        high: Some(high),
    } = Bracket::of(trials)
    else {
        return None;
    };
    let inside: Vec<f64> = rates
        .iter()
        .copied()
        .filter(|rate| low < *rate && *rate < high)
        .collect();
    let (first, last) = (*inside.first()?, *inside.last()?);
    let contested = inside.iter().any(|rate| {
        let votes = votes(trials, *rate);
        votes.held > 0 && votes.broke > 0
    });
    let full = confirmed(trials).len() >= MOST_CONFIRMED;
    if !contested || full {
        return None;
    }
    narrow(settings, low, first).or_else(|| narrow(settings, last, high))
}

/// Climbs while nothing broke, narrows while the ends are apart.
fn search(settings: &Settings, rates: &[f64], low: Option<f64>, high: Option<f64>) -> Option<Next> {
    let top = rates.last().copied().unwrap_or(settings.start);
    match (low, high) {
        (_, None) if top < settings.limit => Some(Next::Try {
            rate: (top * 2.0).min(settings.limit),
            purpose: Purpose::Climb,
        }),
        (Some(low), Some(high)) => narrow(settings, low, high),
        _ => None,
    }
}

/// The middle, if the ends are further apart than the precision.
fn narrow(settings: &Settings, low: f64, high: f64) -> Option<Next> {
    let rate = tidy((low * high).sqrt());
    let apart = high > low * (1.0 + settings.precision);
    (apart && low < rate && rate < high).then_some(Next::Try {
        rate,
        purpose: Purpose::Narrow,
    })
}

/// Rates that were confirmed, or are being.
fn confirmed(trials: &[Trial]) -> Vec<f64> {
    let confirming = |t: &&Trial| t.purpose == Purpose::Confirm;
    rates(
        &trials
            .iter()
            .filter(confirming)
            .copied()
            .collect::<Vec<_>>(),
    )
}

/// The end of this bracket that was confirmed less often, as long as one still wants it.
fn confirm(settings: &Settings, trials: &[Trial], ends: [Option<f64>; 2]) -> Option<Next> {
    let confirmations = |rate: f64| {
        trials
            .iter()
            .filter(move |t| t.purpose == Purpose::Confirm && same(t.rate, rate))
    };
    let room = confirmed(trials).len() < MOST_CONFIRMED;
    let wants = |rate: &f64| {
        let made = confirmations(*rate).count();
        let valid = confirmations(*rate).filter(|t| t.judged != Judged::Invalid);
        (room || made > 0)
            && (valid.count() as u32) < settings.repeats
            && (made as u32) < settings.repeats + settings.retries
    };
    ends.into_iter()
        .flatten()
        .filter(wants)
        .min_by_key(|rate| confirmations(*rate).count())
        .map(|rate| Next::Try {
            rate,
            purpose: Purpose::Confirm,
        })
}

/// What a rate is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opinion {
    Holds,
    Breaks,
    /// Every try was invalid.
    Unmeasured,
    /// No try was valid, and it has tries left.
    NotYet,
}

fn opinion(settings: &Settings, trials: &[Trial], rate: f64) -> Opinion {
    let votes = votes(trials, rate);
    if votes.valid() == 0 {
        return match votes.invalid.cmp(&settings.retries) {
            Ordering::Greater => Opinion::Unmeasured,
            _ => Opinion::NotYet,
        };
    }
    match votes.holds() {
        Some(true) => Opinion::Holds,
        _ => Opinion::Breaks,
    }
}

/// The lowest rate that does not hold, and its neighbour below.
fn ends(settings: &Settings, trials: &[Trial], rates: &[f64]) -> (Option<f64>, Option<f64>) {
    let high = rates
        .iter()
        .position(|rate| opinion(settings, trials, *rate) != Opinion::Holds);
    match high {
        None => (rates.last().copied(), None),
        Some(index) => (
            index.checked_sub(1).map(|below| rates[below]),
            Some(rates[index]),
        ),
    }
}

/// All steps at a rate.
pub(super) fn votes(trials: &[Trial], rate: f64) -> Votes {
    let mut votes = Votes::default();
    for trial in trials.iter().filter(|t| same(t.rate, rate)) {
        match trial.judged {
            Judged::Holds => votes.held += 1,
            Judged::Breaks => votes.broke += 1,
            Judged::Invalid => votes.invalid += 1,
        }
    }
    votes
}

/// The rates that were tried, each once, in ascending order.
pub(super) fn rates(trials: &[Trial]) -> Vec<f64> {
    let mut rates: Vec<f64> = trials.iter().map(|t| t.rate).collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup_by(|a, b| same(*a, *b));
    rates
}

/// The same rate, to the last bit: rates are chosen here and handed through.
pub(super) fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b) == Ordering::Equal
}

/// Rounded to [`DIGITS`].
fn tidy(rate: f64) -> f64 {
    let unit = 10.0_f64.powi(rate.log10().floor() as i32 + 1 - DIGITS);
    let units = (rate / unit).round();
    // Dividing by a whole number is exact where multiplying by 0.1 is not.
    if unit < 1.0 {
        units / unit.recip().round()
    } else {
        units * unit
    }
}

#[cfg(test)]
mod tests;
