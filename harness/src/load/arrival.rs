//! The schedule: arrival number → intended time, phase and route. Pure and in closed form; nothing is stored per
//! arrival, no clock is read.
//!
//! Within a phase of length D the rate is a straight line from a to b. The expected number of arrivals up to t is
//! `N(t) = a·t + (b−a)·t²/(2D)`, and the phase has `round(N(D))` arrivals. Uniform: arrival j is due where N(t) = j.
//! Poisson: given their number, the arrivals of a Poisson process are sorted independent draws with density
//! proportional to the rate (Cox & Lewis, "The Statistical Analysis of Series of Events", 1966, §2.3), so arrival j
//! is due where N(t)/N(D) equals the j-th order statistic of uniform draws.

use std::time::Duration;

use rand_distr::{Beta, Distribution};

use super::draw::{Stream, generator, unit};
use crate::scenario::plan::{Arrivals, LoadPlan};

/// All arrivals of a load plan.
#[derive(Debug, Clone)]
pub struct Schedule {
    seed: u64,
    arrivals: Arrivals,
    phases: Vec<Stretch>,
    cumulative_weights: Vec<u64>,
    total: u64,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    first: u64,
    count: u64,
    start: f64,
    length: f64,
    from: f64,
    to: f64,
}

impl Schedule {
    /// The schedule of a plan.
    pub fn new(plan: &LoadPlan) -> Self {
        let mut first = 0;
        let mut start = 0.0;
        let mut phases = Vec::with_capacity(plan.phases.len());
        for phase in &plan.phases {
            let length = phase.duration.as_secs_f64();
            let expected = f64::midpoint(phase.rate_from, phase.rate_to) * length;
            let count = expected.round() as u64;
            phases.push(Stretch {
                first,
                count,
                start,
                length,
                from: phase.rate_from,
                to: phase.rate_to,
            });
            first += count;
            start += length;
        }
        let mut sum = 0;
        let cumulative_weights = plan
            .routes
            .iter()
            .map(|route| {
                sum += u64::from(route.weight);
                sum
            })
            .collect();
        Self {
            seed: plan.seed,
            arrivals: plan.arrivals,
            phases,
            cumulative_weights,
            total: first,
        }
    }

    /// How many arrivals there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// When arrival `i` is meant to be sent, from the start of the load. Never decreases with `i`.
    pub fn due(&self, i: u64) -> Duration {
        let stretch = &self.phases[self.phase(i)];
        let j = i - stretch.first;
        let reached = match self.arrivals {
            Arrivals::Uniform => j as f64,
            Arrivals::Poisson => {
                let phase_seed = self.seed ^ stretch.first.rotate_left(32);
                order_statistic(phase_seed, stretch.count, j) * stretch.expected()
            }
        };
        Duration::from_secs_f64(stretch.start + stretch.time_of(reached).min(stretch.length))
    }

    /// Index of the phase of arrival `i`.
    pub fn phase(&self, i: u64) -> usize {
        self.phases
            .partition_point(|s| s.first + s.count <= i)
            .min(self.phases.len() - 1)
    }

    /// Index of the route of arrival `i`: drawn by weight.
    pub fn route(&self, i: u64) -> usize {
        let total = self.cumulative_weights.last().copied().unwrap_or(1);
        let draw = (unit(self.seed, Stream::Route, i) * total as f64) as u64;
        self.cumulative_weights
            .partition_point(|w| *w <= draw)
            .min(self.cumulative_weights.len() - 1)
    }

    /// Arrivals per second asked for at a time from the start of the load.
    pub fn rate_at(&self, at: Duration) -> f64 {
        let t = at.as_secs_f64();
        self.phases
            .iter()
            .find(|s| t < s.start + s.length)
            .map_or(0.0, |s| s.from + (s.to - s.from) * (t - s.start) / s.length)
    }
}

impl Stretch {
    /// N(D).
    fn expected(&self) -> f64 {
        f64::midpoint(self.from, self.to) * self.length
    }

    /// The inverse of N: t with N(t) = n, in the form that does not cancel for small slopes.
    fn time_of(&self, n: f64) -> f64 {
        if n <= 0.0 {
            return 0.0;
        }
        let slope = (self.to - self.from) / self.length;
        2.0 * n / (self.from + (self.from * self.from + 2.0 * slope * n).max(0.0).sqrt())
    }
}

/// The k-th smallest (from 0) of `n` uniform draws on [0, 1), without drawing the others: the middle one of a range
/// is Beta-distributed between the range's ends, and given it, both halves are independent uniform ranges again. Each
/// node's draw depends on the seed and the range only, so all k agree with one another.
fn order_statistic(seed: u64, n: u64, k: u64) -> f64 {
    let (mut left, mut right) = (0, n);
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = u64::midpoint(left, right);
        let (rank, size) = ((middle - left + 1) as f64, (right - left) as f64);
        let node = left.wrapping_mul(0x1_0000_0001) ^ right;
        let share = Beta::new(rank, size - rank + 1.0).map_or(0.5, |beta| {
            beta.sample(&mut generator(seed, Stream::Arrival, node))
        });
        let value = low + (high - low) * share;
        if k == middle {
            return value;
        }
        if k < middle {
            (right, high) = (middle, value);
        } else {
            (left, low) = (middle + 1, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Millis, PhaseId};
    use crate::scenario::plan::Phase;
    use proptest::prelude::*;

    fn plan(arrivals: Arrivals, seed: u64, phases: &[(u64, f64, f64)]) -> LoadPlan {
        LoadPlan {
            seed,
            arrivals,
            timeout: Millis(1000),
            max_in_flight: 10,
            drain: Millis(1000),
            routes: crate::verify::fixture::Fixture::new().plan.load.routes,
            phases: phases
                .iter()
                .enumerate()
                .map(|(i, (ms, from, to))| Phase {
                    id: PhaseId::new(&format!("p{i}")).unwrap(),
                    duration: Millis(*ms),
                    rate_from: *from,
                    rate_to: *to,
                    measured: true,
                    faults: None,
                })
                .collect(),
        }
    }

    #[test]
    fn a_constant_rate_is_evenly_spaced() {
        let schedule = Schedule::new(&plan(Arrivals::Uniform, 1, &[(2000, 100.0, 100.0)]));
        assert_eq!(schedule.total(), 200);
        assert_eq!(schedule.due(0), Duration::ZERO);
        assert_eq!(schedule.due(150), Duration::from_millis(1500));
    }

    #[test]
    fn a_ramp_from_zero_follows_the_square_root() {
        // N(t) = 5 t² for 0 → 100/s in 10 s: arrival 125 is due at 5 s.
        let schedule = Schedule::new(&plan(Arrivals::Uniform, 1, &[(10_000, 0.0, 100.0)]));
        assert_eq!(schedule.total(), 500);
        assert_eq!(schedule.due(125), Duration::from_secs(5));
    }

    #[test]
    fn routes_come_in_proportion_to_their_weights() {
        let schedule = Schedule::new(&plan(Arrivals::Uniform, 9, &[(100_000, 1000.0, 1000.0)]));
        let gets = (0..100_000).filter(|i| schedule.route(*i) == 0).count();
        assert!(
            (79_000..81_000).contains(&gets),
            "{gets} of 100000 with weight 4 of 5"
        );
    }

    #[test]
    fn poisson_gaps_have_the_exponential_spread() {
        let schedule = Schedule::new(&plan(Arrivals::Poisson, 5, &[(20_000, 500.0, 500.0)]));
        let due: Vec<f64> = (0..schedule.total())
            .map(|i| schedule.due(i).as_secs_f64())
            .collect();
        let gaps: Vec<f64> = due.windows(2).map(|w| w[1] - w[0]).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
        // An exponential distribution has variation coefficient 1; evenly spaced arrivals have 0.
        let variation = variance.sqrt() / mean;
        assert!((0.95..1.05).contains(&variation), "{variation}");
    }

    proptest! {
        // Each case walks a whole schedule; a few dozen cover ramps, plateaus and both spacings.
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn due_times_never_decrease_and_stay_in_their_phase(
            seed in any::<u64>(),
            poisson in any::<bool>(),
            phases in prop::collection::vec((1_u64..3000, 0.0_f64..100.0, 0.0_f64..100.0), 1..4),
        ) {
            let arrivals = if poisson { Arrivals::Poisson } else { Arrivals::Uniform };
            let plan = plan(arrivals, seed, &phases);
            let schedule = Schedule::new(&plan);
            let mut before = Duration::ZERO;
            for i in 0..schedule.total() {
                let due = schedule.due(i);
                prop_assert!(due >= before, "arrival {i}: {due:?} before {before:?}");
                before = due;
                let phase = schedule.phase(i);
                let start: u64 = plan.phases[..phase].iter().map(|p| p.duration.0).sum();
                let end = start + plan.phases[phase].duration.0;
                let ms = due.as_secs_f64() * 1000.0;
                prop_assert!(ms >= start as f64 - 0.001 && ms <= end as f64 + 0.001, "{ms} not in {start}..{end}");
                prop_assert!(schedule.route(i) < plan.routes.len());
                prop_assert_eq!(schedule.due(i), Schedule::new(&plan).due(i));
            }
        }
    }
}
