//! Under a constant load, latency stays what it was.

use std::cmp::Ordering;

use crate::ledger::WindowRow;
use crate::model::{Finding, Hop, Question};
use crate::scenario::Plan;
use crate::scenario::plan::{BadEvents, Curve, Phase};
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::words;

/// `latency/steady`.
#[derive(Debug, Clone, Copy)]
pub struct Steady;

const META: Meta = Meta {
    id: "latency/steady",
    hop: Hop::Latency,
    title: "under a constant load without faults, p95 neither drifts nor comes in waves",
    failure: "one number for the whole phase depends on when it was taken, and the next run will say another",
    needs_planned_load: false,
    builds_on: &["generator/conservation"],
};

/// Seconds that a phase must have: five for each third.
const SECONDS: usize = 15;
/// Requests that a second must have, so that one of them lies beyond its p95.
const REQUESTS: u64 = 20;
/// Change of p95 that matters, as a share of what it was.
const SHARE: f64 = 0.2;
/// And in microseconds: below a millisecond it is the machine's.
const FLOOR_US: f64 = 1000.0;
/// Nor does it matter below this share of the tightest latency objective, as with the schedule delay.
const OF_OBJECTIVE: f64 = 0.05;
/// A drift is beyond so many standard errors of the two medians' difference.
const SIGMAS: f64 = 3.0;
/// Rank correlation of a second with the next one that matters.
const WAVES: f64 = 0.5;

impl Check for Steady {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, _plan: &Plan) -> Vec<Question> {
        vec![]
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let steady = steady_phases(&case.plan.load.phases);
        let floor = floor_us(case.plan);
        let routes = case.plan.load.routes.iter().enumerate();
        let mut found: Vec<Finding> = routes
            .flat_map(|(route, of)| {
                steady.iter().map(move |phase| {
                    let subject = format!("{} in {}", of.id, case.plan.load.phases[*phase].id);
                    judged(subject, &p95s(&case.ledger.windows, route, *phase), floor)
                })
            })
            .collect();
        if found.is_empty() {
            let why = "no measured phase of constant rate is free of faults and their aftermath";
            found.push(META.skipped("p95 over time", why));
        }
        found
    }
}

/// Indices of the phases that are meant to be alike from one end to the other.
fn steady_phases(phases: &[Phase]) -> Vec<usize> {
    let constant =
        |p: &Phase| p.curve == Curve::Line && p.rate_from.total_cmp(&p.rate_to) == Ordering::Equal;
    let faultless = |i: usize| phases.get(i).is_none_or(|p| p.faults.is_none());
    // A phase after one with faults is meant to recover.
    let alike = |i: &usize| {
        phases[*i].measured
            && constant(&phases[*i])
            && faultless(*i)
            && i.checked_sub(1).is_none_or(faultless)
    };
    (0..phases.len()).filter(alike).collect()
}

/// The least change that matters, in microseconds.
fn floor_us(plan: &Plan) -> f64 {
    let bounds = plan.slos.iter().filter_map(|slo| match slo.bad {
        BadEvents::SlowerThan { bound } => Some(bound.0 as f64 * 1000.0 * OF_OBJECTIVE),
        BadEvents::Status { .. } => None,
    });
    bounds
        .reduce(f64::min)
        .map_or(FLOOR_US, |us| us.max(FLOOR_US))
}

/// p95 of each second that has enough requests, in microseconds.
fn p95s(rows: &[WindowRow], route: usize, phase: usize) -> Vec<f64> {
    rows.iter()
        .filter(|r| r.route == route && r.phase == phase && r.sent >= REQUESTS)
        .filter_map(|r| r.p95_us.map(|us| us as f64))
        .collect()
}

fn judged(subject: String, p95s: &[f64], floor: f64) -> Finding {
    if p95s.len() < SECONDS {
        let n = words::count(p95s.len() as u64, "second");
        let why = format!("{n} with {REQUESTS} requests or more; it takes {SECONDS}");
        return META.skipped(subject, why);
    }
    let thirds = Thirds::of(p95s);
    let waves = Waves::of(p95s);
    let observed = format!("{thirds}; {waves}");
    let expected = format!(
        "a change below {:.0} % or {} or {SIGMAS} standard errors; rank correlation of neighbours at most {WAVES}",
        SHARE * 100.0,
        us(floor)
    );
    let finding = if thirds.drifted(floor) {
        let (verb, hint) = if thirds.last > thirds.first {
            (
                "rose",
                "look for what fills up: a queue, a heap, a table, a quota; then measure longer, to see where it ends",
            )
        } else {
            (
                "fell",
                "let an unmeasured warm-up phase last until caches, pools and compilers have settled",
            )
        };
        META.undecided(
            subject,
            format!(
                "p95 {verb} from {} to {} while the load stayed the same",
                us(thirds.first),
                us(thirds.last)
            ),
        )
        .hint(hint)
        .warning()
    } else if waves.matter(floor) {
        META.undecided(
            subject,
            "p95 comes in waves: a slow second follows a slow one",
        )
        .hint("look for something that comes and goes: garbage collection, flushes, compaction, another client; measure over several waves")
        .warning()
    } else {
        META.pass(subject, "p95 stayed the same")
    };
    finding.expected(expected).observed(observed)
}

/// The first third of a phase beside its last.
struct Thirds {
    first: f64,
    last: f64,
    /// Standard error of the difference.
    error: f64,
    seconds: usize,
}

impl Thirds {
    /// Medians, so that one slow second is no drift; their spread from the median absolute deviation, for the same
    /// reason. 1.4826 makes it a standard deviation, and the error of a median is 1.2533 of a mean's.
    fn of(p95s: &[f64]) -> Self {
        let seconds = p95s.len() / 3;
        let of = |part: &[f64]| {
            let middle = quantile(part, 0.5);
            let deviations: Vec<f64> = part.iter().map(|v| (v - middle).abs()).collect();
            let sigma = 1.4826 * quantile(&deviations, 0.5);
            (middle, 1.2533 * sigma / (seconds as f64).sqrt())
        };
        let (first, first_error) = of(&p95s[..seconds]);
        let (last, last_error) = of(&p95s[p95s.len() - seconds..]);
        Self {
            first,
            last,
            error: first_error.hypot(last_error),
            seconds,
        }
    }

    fn drifted(&self, floor: f64) -> bool {
        let change = (self.last - self.first).abs();
        change > SHARE * self.first.min(self.last) && change > floor && change > SIGMAS * self.error
    }
}

impl std::fmt::Display for Thirds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "p95 {} at first, {} at last (medians of {})",
            us(self.first),
            us(self.last),
            words::count(self.seconds as u64, "second")
        )
    }
}

/// How much a second takes after the one before it.
struct Waves {
    /// Rank correlation of each second with the next.
    correlation: f64,
    /// Between the quartiles.
    spread: f64,
    middle: f64,
    seconds: usize,
}

impl Waves {
    fn of(p95s: &[f64]) -> Self {
        let ranks = ranks(p95s);
        Self {
            correlation: correlation(&ranks[..ranks.len() - 1], &ranks[1..]),
            spread: quantile(p95s, 0.75) - quantile(p95s, 0.25),
            middle: quantile(p95s, 0.5),
            seconds: p95s.len(),
        }
    }

    /// Of independent seconds the correlation is within 3/√n of zero.
    fn matter(&self, floor: f64) -> bool {
        let chance = SIGMAS / (self.seconds as f64).sqrt();
        self.correlation > WAVES.max(chance)
            && self.spread > SHARE * self.middle
            && self.spread > floor
    }
}

impl std::fmt::Display for Waves {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "correlation {:.2}, middle half {} wide",
            self.correlation,
            us(self.spread)
        )
    }
}

fn us(value: f64) -> String {
    words::micros(value.round() as u64)
}

/// Between the two nearest values in proportion; 0 of nothing.
fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let at = q * last as f64;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * at.fract()
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let less = values.iter().filter(|v| *v < value).count() as f64;
        let equal = values.iter().filter(|v| v.total_cmp(value).is_eq()).count() as f64;
        less + f64::midpoint(equal, 1.0)
    };
    values.iter().map(rank).collect()
}

/// Pearson's coefficient; 0 where one side never changes.
fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(left), mean(right));
    let sum = |pick: fn(f64, f64) -> f64| -> f64 {
        let pairs = left.iter().zip(right);
        pairs.map(|(l, r)| pick(l - a, r - b)).sum()
    };
    let spread = (sum(|l, _| l * l) * sum(|_, r| r * r)).sqrt();
    if spread > 0.0 {
        sum(|l, r| l * r) / spread
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
