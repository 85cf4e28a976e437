//! What one step proves about the service.
//!
//! Whether the generator kept up is not judged here. But when it did not, or when it was busy, its own queue may be
//! what looks like the service's slowness, so a break is claimed only where the *service time* (done − sent), in which
//! no waiting inside the generator is contained, breaks the objective too. It is at most the response time, so what it
//! breaks would have been broken by a generator that was on time.

use super::objective::{LatencyBound, Objective};
use super::search::Judged;
use crate::ledger::{LatencyHistogram, Ledger};
use crate::model::{Ratio, SAMPLES_BEYOND};

const LATE: &str = "requests left late, and without that lateness the objective holds";

/// Whether the load was delivered as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whether the generator kept up, and if not, why.
    pub kept_up: Result<(), String>,
    /// Arrivals waited for a place in flight, out of so many: the service is slow, or the places are few.
    pub lacked_places: Option<u32>,
    /// The generator's own threads had no time left, in words.
    pub busy: Option<String>,
}

/// What a step proved, and why in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What.
    pub judged: Judged,
    /// Why.
    pub why: String,
}

/// Judges a step by its measured phases.
pub fn judge(objective: &Objective, ledger: &Ledger, delivery: &Delivery) -> Judgement {
    let step = Measured::of(ledger);
    let wanted = objective.samples();
    if step.planned < wanted {
        let n = step.planned;
        return invalid(format!("{n} samples, where {wanted} are needed"));
    }
    let response = Measured::broken(
        &step.response,
        step.planned - step.without_value,
        step.bad,
        step.planned,
        objective,
    );
    match (&delivery.kept_up, delivery.lacked_places, response) {
        (Ok(()), _, None) => Judgement {
            judged: Judged::Holds,
            why: String::new(),
        },
        // Late for want of a place: the service is slow, or the places are few.
        (Ok(()), _, Some(why)) | (Err(_), Some(_), Some(why)) if step.service_breaks(objective) => {
            match &delivery.busy {
                None => Judgement {
                    judged: Judged::Breaks,
                    why,
                },
                Some(busy) => invalid(busy.clone()),
            }
        }
        (_, Some(places), _) => invalid(format!(
            "arrivals waited for one of {places} places in flight, while the service's own time held: raise -c"
        )),
        (Err(why), None, _) => invalid(why.clone()),
        (Ok(()), None, Some(_)) => invalid(LATE.to_owned()),
    }
}

fn invalid(why: String) -> Judgement {
    Judgement {
        judged: Judged::Invalid,
        why,
    }
}

/// The measured phases, summed.
struct Measured {
    planned: u64,
    bad: u64,
    /// Not sent by the generator's doing.
    not_sent: u64,
    /// Not sent for want of a value of the reply before: bad, and the service's doing, but neither fast nor slow.
    without_value: u64,
    timed_out: u64,
    response: LatencyHistogram,
    service: LatencyHistogram,
}

impl Measured {
    fn of(ledger: &Ledger) -> Self {
        let outcomes = Ledger::sum_outcomes(ledger.measured());
        let good: u64 = ledger.measured().map(|c| c.good).sum();
        let planned = outcomes.events();
        Self {
            planned,
            bad: planned - good,
            not_sent: outcomes.not_sent - outcomes.unsendable(),
            without_value: outcomes.without_value(),
            timed_out: outcomes.timed_out,
            response: Ledger::merge_histograms(ledger.measured(), |c| &c.response),
            service: Ledger::merge_histograms(ledger.measured(), |c| &c.service),
        }
    }

    /// Whether the service breaks the objective without any help of the generator. What was never sent has no service
    /// time and is not the service's doing; what timed out took longer than anything that was answered.
    fn service_breaks(&self, objective: &Objective) -> bool {
        let sent = self.planned - self.not_sent;
        let asked = self.service.count() + self.timed_out;
        let bad = self.bad - self.not_sent;
        Self::broken(&self.service, asked, bad, sent, objective).is_some()
    }

    /// What of the objective is broken, in words. Requests among `of` that the histogram lacks were slower than all.
    fn broken(
        histogram: &LatencyHistogram,
        of: u64,
        bad: u64,
        planned: u64,
        objective: &Objective,
    ) -> Option<String> {
        if let Some(share) = Ratio::of(bad, planned).filter(|share| *share > objective.bad) {
            return Some(format!("{share} bad"));
        }
        let slow = |bound: &LatencyBound| {
            // Where few were sent, the highest percentile that they can tell: the one that is asked for lies above it.
            let q = bound.quantile.min(told_by(of)?);
            match quantile(histogram, q, of) {
                Some(us) if us < bound.below_us => None,
                Some(us) => Some(format!("{} {}", bound.name(), millis(us))),
                None => Some(format!("{} had no answer", bound.name())),
            }
        };
        objective.latency.iter().find_map(slow)
    }
}

/// The highest quantile that so many samples tell: ten lie beyond it.
fn told_by(samples: u64) -> Option<f64> {
    (samples > SAMPLES_BEYOND).then(|| 1.0 - SAMPLES_BEYOND as f64 / samples as f64)
}

/// The quantile of `of` requests, of which the histogram holds the fastest; `None` where it lies beyond those.
fn quantile(histogram: &LatencyHistogram, q: f64, of: u64) -> Option<u64> {
    if of <= histogram.count() {
        return histogram.quantile(q);
    }
    let q = q * of as f64 / histogram.count() as f64;
    histogram.quantile(q).filter(|_| q <= 1.0)
}

fn millis(us: u64) -> String {
    match us as f64 / 1000.0 {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

#[cfg(test)]
mod tests;
