//! Any timeline, evaluated as Prometheus would: counters seen at scrapes, ratios computed at evaluations, alert states
//! by Prometheus's rules.

use serde::Serialize;

use super::profile::Profile;
use crate::model::{AlertState, Millis};
use crate::slo::tier::Tier;

/// When scrapes and evaluations happen: at `phase`, and every `interval` after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Scrape interval, above zero.
    pub scrape: Millis,
    /// First scrape after the beginning of the timeline.
    pub scrape_phase: Millis,
    /// Evaluation interval of the group that holds ratios and alert, above zero.
    pub evaluate: Millis,
    /// First evaluation after the beginning of the timeline.
    pub evaluate_phase: Millis,
}

/// A change of state, at the evaluation that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// From the beginning of the timeline.
    pub at: Millis,
    /// The state from then on.
    pub state: AlertState,
}

/// What one evaluation saw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evaluation {
    /// From the beginning of the timeline.
    pub at: Millis,
    /// Error ratio over the long window; `None` without two scrapes or without traffic in it.
    pub long: Option<f64>,
    /// The same over the short window.
    pub short: Option<f64>,
    /// The alert's state afterwards.
    pub state: AlertState,
}

/// A tier's alert over a whole timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Every change of state, in order.
    pub transitions: Vec<Transition>,
    /// Every evaluation, in order.
    pub evaluations: Vec<Evaluation>,
}

impl Run {
    /// From firing to no longer firing; the last interval may be open.
    pub fn firing(&self) -> Vec<(Millis, Option<Millis>)> {
        let mut intervals: Vec<(Millis, Option<Millis>)> = Vec::new();
        let mut firing = false;
        for transition in &self.transitions {
            let fires = transition.state == AlertState::Firing;
            if fires && !firing {
                intervals.push((transition.at, None));
            } else if !fires
                && firing
                && let Some(last) = intervals.last_mut()
            {
                last.1 = Some(transition.at);
            }
            firing = fires;
        }
        intervals
    }
}

/// Runs the alert of `tier` over the timeline.
///
/// A window `V` at `t` holds the scrapes in `(t - V, t]`, as in Prometheus 3, and both counters are extrapolated as its
/// `rate()` does. They start at the profile's `counted` events, scraped together. No traffic gives no ratio, and a
/// comparison with nothing is false.
pub fn evaluate(tier: &Tier, budget: f64, profile: &Profile, grid: Grid) -> Run {
    let counters = Counters::of(profile, grid);
    let threshold = tier.threshold(budget);
    let mut alert = Alert::new(tier);
    let mut run = Run {
        transitions: Vec::new(),
        evaluations: Vec::new(),
    };
    let end = profile.length().0;
    let mut at = grid.evaluate_phase.0;
    while at <= end {
        let long = counters.ratio(at, tier.long);
        let short = counters.ratio(at, tier.short);
        let above = |ratio: Option<f64>| ratio.is_some_and(|ratio| ratio > threshold);
        let before = alert.state();
        let state = alert.step(at, above(long) && above(short));
        if state != before {
            run.transitions.push(Transition {
                at: Millis(at),
                state,
            });
        }
        run.evaluations.push(Evaluation {
            at: Millis(at),
            long,
            short,
            state,
        });
        at += grid.evaluate.0.max(1);
    }
    run
}

/// Both counters as scraped.
struct Counters {
    interval: u64,
    phase: u64,
    /// Total and bad at each scrape.
    samples: Vec<(f64, f64)>,
}

impl Counters {
    fn of(profile: &Profile, grid: Grid) -> Self {
        let interval = grid.scrape.0.max(1);
        let mut samples = Vec::new();
        let (mut total, mut bad) = (profile.counted.total, profile.counted.bad);
        let mut second = 0_usize;
        let mut at = grid.scrape_phase.0;
        while at <= profile.length().0 {
            let whole = (at / 1000) as usize;
            while second < whole {
                total += profile.seconds[second].total;
                bad += profile.seconds[second].bad;
                second += 1;
            }
            // Requests of a second are spread evenly over it.
            let part = (at % 1000) as f64 / 1000.0;
            let now = profile.seconds.get(whole).copied().unwrap_or_default();
            samples.push((total + part * now.total, bad + part * now.bad));
            at += interval;
        }
        Self {
            interval,
            phase: grid.scrape_phase.0,
            samples,
        }
    }

    /// How many scrapes happened up to and including `at`.
    fn scrapes_until(&self, at: u64) -> usize {
        match at.checked_sub(self.phase) {
            Some(since) => ((since / self.interval) as usize + 1).min(self.samples.len()),
            None => 0,
        }
    }

    fn ratio(&self, at: u64, window: Millis) -> Option<f64> {
        let end = self.scrapes_until(at);
        // Left-open: a scrape at exactly `at - window` is outside.
        let from = at.checked_sub(window.0);
        let begin = from.map_or(0, |from| self.scrapes_until(from));
        let scrapes = self.samples.get(begin..end)?;
        let [first, .., last] = scrapes else {
            // One scrape is no rate.
            return None;
        };
        let edges = Edges {
            scrapes: scrapes.len(),
            before: (self.phase + begin as u64 * self.interval) as f64 - at as f64
                + window.0 as f64,
            after: (at - self.phase - (end as u64 - 1) * self.interval) as f64,
            interval: self.interval as f64,
        };
        let total = edges.increase(first.0, last.0);
        (total > 0.0).then(|| edges.increase(first.1, last.1) / total)
    }
}

/// Where the scrapes of a window lie in it, in milliseconds.
struct Edges {
    scrapes: usize,
    /// From the window's beginning to its first scrape.
    before: f64,
    /// From its last scrape to its end.
    after: f64,
    interval: f64,
}

impl Edges {
    /// Prometheus's `increase()` of a counter without resets, up to a factor that is the same for both counters.
    ///
    /// It extrapolates to each edge of the window, or by half an interval where the edge is further than 1.1 intervals
    /// away, but never to before the counter would have been zero. So a counter that is born at 0 in the window counts
    /// for less than one that was there before.
    fn increase(&self, first: f64, last: f64) -> f64 {
        let sampled = self.interval * (self.scrapes - 1) as f64;
        let edge = |distance: f64| {
            if distance >= 1.1 * self.interval {
                self.interval / 2.0
            } else {
                distance
            }
        };
        let grown = last - first;
        let mut before = edge(self.before);
        if grown > 0.0 {
            before = before.min(sampled * first / grown);
        }
        grown * (sampled + before + edge(self.after)) / sampled
    }
}

/// Prometheus's alert states: pending at the first true evaluation, firing at the first one with `for` behind it,
/// gone at the first false one, or, once firing, after `keep_firing_for` of false ones.
struct Alert {
    hold: u64,
    keep: u64,
    active_since: Option<u64>,
    firing: bool,
    false_since: Option<u64>,
}

impl Alert {
    fn new(tier: &Tier) -> Self {
        Self {
            hold: tier.hold.0,
            keep: tier.keep_firing.0,
            active_since: None,
            firing: false,
            false_since: None,
        }
    }

    fn state(&self) -> AlertState {
        match (self.active_since, self.firing) {
            (None, _) => AlertState::Inactive,
            (Some(_), false) => AlertState::Pending,
            (Some(_), true) => AlertState::Firing,
        }
    }

    fn step(&mut self, at: u64, holds: bool) -> AlertState {
        if holds {
            self.false_since = None;
            let since = *self.active_since.get_or_insert(at);
            self.firing = self.firing || at - since >= self.hold;
        } else if self.firing && at - *self.false_since.get_or_insert(at) < self.keep {
            // Kept firing.
        } else {
            self.active_since = None;
            self.firing = false;
            self.false_since = None;
        }
        self.state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slo::oracle::{Delay, Step, predict};
    use crate::slo::tier::workbook;
    use proptest::prelude::*;

    const BUDGET: f64 = 1.0 - 0.999;
    const PERIOD: Millis = Millis(30 * 86_400_000);

    fn grid(scrape: u64, scrape_phase: u64, evaluate: u64, evaluate_phase: u64) -> Grid {
        Grid {
            scrape: Millis(scrape),
            scrape_phase: Millis(scrape_phase),
            evaluate: Millis(evaluate),
            evaluate_phase: Millis(evaluate_phase),
        }
    }

    fn tier(hold: u64, keep: u64) -> Tier {
        let [page, ..] = workbook(PERIOD);
        Tier {
            hold: Millis(hold),
            keep_firing: Millis(keep),
            ..page.scaled_down(60)
        }
    }

    #[test]
    fn states_follow_prometheus() {
        let mut alert = Alert::new(&tier(20, 30));
        let mut state = |at, holds| alert.step(at, holds);
        assert_eq!(state(0, true), AlertState::Pending);
        assert_eq!(state(10, false), AlertState::Inactive);
        assert_eq!(state(20, true), AlertState::Pending);
        assert_eq!(state(30, true), AlertState::Pending);
        assert_eq!(state(40, true), AlertState::Firing);
        assert_eq!(state(50, false), AlertState::Firing, "kept from here on");
        assert_eq!(state(70, false), AlertState::Firing);
        assert_eq!(
            state(80, false),
            AlertState::Inactive,
            "30 after the first false one"
        );
    }

    #[test]
    fn no_traffic_and_one_scrape_give_no_ratio() {
        let quiet = Profile::of(100, 0.0, |_| 1.0);
        let run = evaluate(&tier(0, 0), BUDGET, &quiet, grid(1000, 0, 1000, 0));
        assert!(run.transitions.is_empty());
        assert!(run.evaluations.iter().all(|e| e.long.is_none()));
        let busy = Profile::of(100, 10.0, |_| 1.0);
        let run = evaluate(&tier(0, 0), BUDGET, &busy, grid(1000, 0, 1000, 0));
        assert_eq!(run.evaluations[0].long, None);
        assert_eq!(run.evaluations[1].long, Some(1.0));
    }

    #[test]
    fn a_pulse_train_pages_again_and_again() {
        let minute = Millis(60_000);
        let pulses = Profile::pulses(1000, 200.0, 0.5, minute, Millis(20_000), Millis(200_000));
        let run = evaluate(&tier(0, 0), BUDGET, &pulses, grid(500, 0, 500, 0));
        assert_eq!(run.firing().len(), 5);
        assert!(run.firing().iter().all(|(_, end)| end.is_some()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The closed form and the grid agree within the delays that the grid adds, whatever the phases.
        #[test]
        fn the_closed_form_bounds_every_grid(
            ratio in 0.02_f64..1.0,
            scrape_phase in 0_u64..500,
            evaluate_phase in 0_u64..500,
            hold in 0_u64..3000,
        ) {
            let tier = tier(hold, 0);
            let (start, length) = (Millis(90_000), Millis(120_000));
            let profile = Profile::step(300, 200.0, ratio, start, length);
            let run = evaluate(&tier, BUDGET, &profile, grid(500, scrape_phase, 500, evaluate_phase));
            let step = Step { ratio, history: None };
            let told = predict(&tier, BUDGET, PERIOD, step);
            let delay = Delay { scrape: Millis(500), recording: Millis(0), alerting: Millis(500) };
            let latest = delay.longest(tier.hold).as_secs_f64();
            // The first scrape of a window lies up to one interval after its edge: the window is that much shorter.
            let early = 2.0 * ratio * 0.5;
            let [(fired, Some(reset))] = run.firing()[..] else {
                return Err(TestCaseError::fail(format!("{:?}", run.firing())));
            };
            let fired = fired.as_secs_f64() - start.as_secs_f64();
            let expected = told.fires_after.unwrap_or(f64::NAN);
            prop_assert!(fired >= expected - early && fired <= expected + latest, "{fired} {expected}");
            let reset = reset.as_secs_f64() - (start + length).as_secs_f64();
            prop_assert!(reset >= told.resets_after - 1.0 && reset <= told.resets_after + 1.0, "{reset} {}", told.resets_after);
        }
    }
}
