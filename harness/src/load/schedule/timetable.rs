//! All arrivals of a load plan: phases one after the other, routes drawn by weight.

use std::time::Duration;

use super::spans::Spans;
use super::stretch::Stretch;
use super::stripe::Arrival;
use crate::load::draw::{Stream, unit};
use crate::scenario::plan::{Arrivals, LoadPlan};

/// All arrivals of a load plan.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub(super) seed: u64,
    pub(super) arrivals: Arrivals,
    pub(super) phases: Vec<Stretch>,
    cumulative_weights: Vec<u64>,
    total: u64,
}

impl Schedule {
    /// The schedule of a plan.
    pub fn new(plan: &LoadPlan) -> Self {
        let mut first = 0;
        let mut start = 0.0;
        let mut phases = Vec::with_capacity(plan.phases.len());
        for phase in &plan.phases {
            let stretch = Stretch::new(phase, first, start);
            first += stretch.count;
            start += stretch.length;
            phases.push(stretch);
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

    /// Arrival `i`, below [`Self::total`].
    pub fn arrival(&self, i: u64) -> Arrival {
        let phase = self.phase(i);
        Arrival {
            seq: i,
            due: self.due_in(phase, i),
            phase,
            route: self.route(i),
        }
    }

    /// When arrival `i` is meant to be sent, from the start of the load. Never decreases with `i`.
    pub fn due(&self, i: u64) -> Duration {
        self.due_in(self.phase(i), i)
    }

    fn due_in(&self, phase: usize, i: u64) -> Duration {
        let stretch = &self.phases[phase];
        stretch.at(stretch.due(i - stretch.first, self.arrivals, self.seed))
    }

    /// The seconds in which arrival `i` and all after it are due, each with its arrivals.
    pub fn spans(&self, i: u64) -> Spans<'_> {
        Spans::new(self, i)
    }

    /// The route of every arrival, if only one is ever drawn.
    pub fn only_route(&self) -> Option<usize> {
        let all = *self.cumulative_weights.last()?;
        let drawn = self.cumulative_weights.partition_point(|sum| *sum == 0);
        (self.cumulative_weights.get(drawn) == Some(&all)).then_some(drawn)
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
            .map_or(0.0, |s| s.rate_at(t - s.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::schedule::Stripe;
    use crate::model::{Millis, PhaseId};
    use crate::scenario::plan::{Curve, Phase};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn plan(arrivals: Arrivals, seed: u64, phases: &[(u64, f64, f64)]) -> LoadPlan {
        LoadPlan {
            seed,
            arrivals,
            timeout: Millis(1000),
            max_in_flight: 10,
            drain: Millis(1000),
            routes: crate::verify::fixture::Fixture::new().plan.load.routes,
            journeys: vec![],
            feeders: vec![],
            phases: phases
                .iter()
                .enumerate()
                .map(|(i, (ms, from, to))| Phase {
                    id: PhaseId::new(&format!("p{i}")).unwrap(),
                    duration: Millis(*ms),
                    rate_from: *from,
                    rate_to: *to,
                    curve: Curve::Line,
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
    fn the_only_route_is_the_one_that_is_always_drawn() {
        let mut plan = plan(Arrivals::Uniform, 9, &[(1000, 100.0, 100.0)]);
        assert_eq!(Schedule::new(&plan).only_route(), None);
        for (weights, only) in [([0, 7], Some(1)), ([3, 0], Some(0))] {
            plan.routes[0].weight = weights[0];
            plan.routes[1].weight = weights[1];
            let schedule = Schedule::new(&plan);
            assert_eq!(schedule.only_route(), only);
            assert!((0..100).all(|i| Some(schedule.route(i)) == only));
        }
    }

    #[test]
    fn the_seconds_of_a_billion_random_arrivals_are_found_without_looking_at_each() {
        let day = 86_400_000;
        let schedule = Schedule::new(&plan(Arrivals::Poisson, 3, &[(day, 11_000.0, 11_000.0)]));
        let mut next = 1_000_000;
        for (second, span) in (90..).zip(schedule.spans(next)).take(2000) {
            assert_eq!(span.seqs.start, next);
            assert!(
                span.second.abs_diff(second) < 10,
                "{} for {second}",
                span.second
            );
            next = span.seqs.end;
        }
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

    fn curve() -> impl Strategy<Value = Curve> {
        prop_oneof![
            Just(Curve::Line),
            prop::collection::vec(0.0_f64..100.0, 1..5).prop_map(|rates| Curve::Steps { rates }),
            (0.0_f64..300.0, 0_u64..500, 0_u64..500).prop_map(|(peak, at, width)| Curve::Spike {
                peak,
                at: Millis(at),
                width: Millis(width),
            }),
            (0.0_f64..=1.0, 50_u64..2000).prop_map(|(share, period)| Curve::Sine {
                amplitude: share,
                period: Millis(period),
            }),
            prop::collection::vec(0_u64..1_000_000, 0..50).prop_map(|mut due_us| {
                due_us.sort_unstable();
                Curve::Replay { due_us }
            }),
        ]
    }

    /// A plan whose phases have curves of every kind; a sine's amplitude is given as a share of its mean.
    fn curved(arrivals: Arrivals, seed: u64, phases: &[(f64, f64, Curve)]) -> LoadPlan {
        let rates: Vec<_> = phases
            .iter()
            .map(|(from, to, _)| (1000, *from, *to))
            .collect();
        let mut plan = plan(arrivals, seed, &rates);
        for (phase, (from, _, curve)) in plan.phases.iter_mut().zip(phases) {
            phase.curve = curve.clone();
            if let Curve::Sine { amplitude, .. } = &mut phase.curve {
                *amplitude *= from;
            }
        }
        plan
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_curve_keeps_its_order_its_phase_and_its_promise_of_how_many(
            seed in any::<u64>(),
            poisson in any::<bool>(),
            phases in prop::collection::vec((0.0_f64..100.0, 0.0_f64..100.0, curve()), 1..4),
        ) {
            let arrivals = if poisson { Arrivals::Poisson } else { Arrivals::Uniform };
            let plan = curved(arrivals, seed, &phases);
            let schedule = Schedule::new(&plan);
            let promised: f64 = plan.phases.iter().map(|p| p.expected_arrivals().round()).sum();
            prop_assert_eq!(schedule.total(), promised as u64);
            let mut before = Duration::ZERO;
            for i in 0..schedule.total() {
                let due = schedule.due(i);
                prop_assert!(due >= before, "arrival {}: {:?} before {:?}", i, due, before);
                before = due;
                let second = due.as_secs_f64() - schedule.phase(i) as f64;
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&second), "arrival {} at {:?}", i, due);
            }
        }

        #[test]
        fn spans_say_of_every_arrival_what_asking_for_it_says(
            seed in any::<u64>(),
            poisson in any::<bool>(),
            from in 0_u64..200,
            phases in prop::collection::vec((0.0_f64..100.0, 0.0_f64..100.0, curve()), 1..4),
            ms in 1_u64..9000,
        ) {
            let arrivals = if poisson { Arrivals::Poisson } else { Arrivals::Uniform };
            let mut plan = curved(arrivals, seed, &phases);
            // Borders of phases and of seconds do not coincide.
            for phase in &mut plan.phases {
                if !matches!(phase.curve, Curve::Spike { .. } | Curve::Replay { .. }) {
                    phase.duration = Millis(ms);
                }
            }
            let schedule = Schedule::new(&plan);
            let told = schedule.spans(from).flat_map(|span| {
                let place = (span.phase, span.second);
                span.seqs.map(move |seq| (seq, place))
            });
            let asked = (from..schedule.total()).map(|seq| {
                let arrival = schedule.arrival(seq);
                (seq, (arrival.phase, arrival.due.as_secs()))
            });
            prop_assert_eq!(told.collect::<Vec<_>>(), asked.collect::<Vec<_>>());
            let spans: Vec<_> = schedule.spans(from).map(|span| (span.phase, span.second)).collect();
            prop_assert!(spans.is_sorted_by(|a, b| a < b), "{spans:?}");
        }

        #[test]
        fn any_number_of_workers_sends_the_same_arrivals(
            seed in any::<u64>(),
            poisson in any::<bool>(),
            workers in 1_u64..9,
            phases in prop::collection::vec((0.0_f64..100.0, 0.0_f64..100.0, curve()), 1..4),
        ) {
            let arrivals = if poisson { Arrivals::Poisson } else { Arrivals::Uniform };
            let schedule = Arc::new(Schedule::new(&curved(arrivals, seed, &phases)));
            let alone: Vec<_> = Stripe::new(Arc::clone(&schedule), 0, 1).collect();
            let mut together: Vec<_> = (0..workers)
                .flat_map(|w| Stripe::new(Arc::clone(&schedule), w, workers))
                .collect();
            together.sort_by_key(|arrival| arrival.seq);
            prop_assert_eq!(alone, together);
        }
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
