//! The closed form: a step outage under constant traffic.

use crate::model::Millis;
use crate::slo::burn;
use crate::slo::tier::Tier;

/// From its beginning on, this share of a constant stream of requests fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Error ratio during the outage, 0 to 1; before and after it is 0.
    pub ratio: f64,
    /// How long Prometheus had watched healthy traffic before; `None`: at least as long as the longest window.
    pub history: Option<Millis>,
}

/// What a tier's alert must do, in seconds. Real ones follow later by the bounds of [`Delay`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// From the outage's beginning until both windows are above the threshold and `for` has passed; `None`: never.
    pub fires_after: Option<f64>,
    /// From the outage's end until the short window clears, for any outage long enough to fire.
    pub resets_after: f64,
    /// The same for the long window alone: what an alert without a short window would do.
    pub long_resets_after: f64,
    /// Share of the period's budget that is gone when it fires; more than 1 when the budget is long gone.
    pub budget_spent: Option<f64>,
}

/// What `tier` must do in a step outage.
///
/// With `thr = factor * budget` and healthy history of at least `V`, the ratio over a window `V` exceeds `thr` after
/// `thr * V / ratio`. With less history the window is only as long as there are samples, and it exceeds `thr` after
/// `thr * history / (ratio - thr)`, if that is sooner. After the outage it clears after `V - thr * V / ratio`.
pub fn predict(tier: &Tier, budget: f64, period: Millis, step: Step) -> Prediction {
    let threshold = tier.threshold(budget);
    let ratio = step.ratio;
    let reset = |window: Millis| {
        let window = window.as_secs_f64();
        (window - threshold * window / ratio).max(0.0)
    };
    let crosses = |window: Millis| {
        let window = window.as_secs_f64();
        let with_history = threshold * window / ratio;
        let history = step.history.map_or(f64::INFINITY, Millis::as_secs_f64);
        if history + with_history < window {
            threshold * history / (ratio - threshold)
        } else {
            with_history
        }
    };
    let fires_after = (ratio > threshold)
        .then(|| crosses(tier.long).max(crosses(tier.short)) + tier.hold.as_secs_f64());
    Prediction {
        fires_after,
        resets_after: reset(tier.short),
        long_resets_after: reset(tier.long),
        budget_spent: fires_after
            .map(|seconds| burn::burn_rate(ratio, budget) * seconds / period.as_secs_f64()),
    }
}

/// What stands between the closed form and a firing alert: nothing is seen before a scrape, nothing decided before an
/// evaluation. All of it only ever delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// Scrape interval.
    pub scrape: Millis,
    /// Interval of the group that records the ratios; zero when they are recorded in the alerts' own group.
    pub recording: Millis,
    /// Interval of the alerts' group.
    pub alerting: Millis,
}

impl Delay {
    /// The latest that a state can change after the closed form says so: one scrape, one evaluation of each group.
    ///
    /// `for` has been added by [`predict()`] already; an evaluation grid rounds it up to a whole number of intervals,
    /// which costs at most one interval more.
    pub fn longest(&self, hold: Millis) -> Millis {
        let interval = self.alerting.0.max(1);
        let rounding = (interval - hold.0 % interval) % interval;
        Millis(self.scrape.0 + self.recording.0 + self.alerting.0 + rounding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slo::tier::workbook;
    use proptest::prelude::*;

    const PERIOD: Millis = Millis(30 * 86_400_000);
    const BUDGET: f64 = 1.0 - 0.999;

    fn at(tier: usize, ratio: f64) -> Prediction {
        let step = Step {
            ratio,
            history: None,
        };
        predict(&workbook(PERIOD)[tier], BUDGET, PERIOD, step)
    }

    /// Within half of the last printed digit.
    fn close(found: f64, printed: f64, digit: f64) {
        assert!(
            (found - printed).abs() <= 0.500_001 * digit,
            "{found} is not {printed}"
        );
    }

    /// Golden grid for 99.9 % over 30 days: seconds to fire and to reset, with the last printed digit of each.
    #[test]
    fn the_golden_grid_of_step_outages() {
        const S: f64 = 1.0;
        const M: f64 = 60.0;
        const H: f64 = 3600.0;
        type Cell = Option<((f64, f64), (f64, f64))>;
        let cell = |fire: f64, fire_digit: f64, reset: f64, reset_digit: f64| -> Cell {
            Some(((fire, fire_digit), (reset, reset_digit)))
        };
        let grid: [(f64, [Cell; 4]); 8] = [
            (
                1.0,
                [
                    cell(51.84 * S, 0.01, 4.93 * M, 0.01 * M),
                    cell(2.16 * M, 0.01 * M, 29.8 * M, 0.1 * M),
                    cell(4.32 * M, 0.01 * M, 1.99 * H, 0.01 * H),
                    cell(4.32 * M, 0.01 * M, 5.99 * H, 0.01 * H),
                ],
            ),
            (
                0.15,
                [
                    cell(5.76 * M, 0.01 * M, 4.52 * M, 0.01 * M),
                    cell(14.4 * M, 0.1 * M, 28.8 * M, 0.1 * M),
                    cell(28.8 * M, 0.1 * M, 1.96 * H, 0.01 * H),
                    cell(28.8 * M, 0.1 * M, 5.96 * H, 0.01 * H),
                ],
            ),
            (
                0.10,
                [
                    cell(8.64 * M, 0.01 * M, 4.28 * M, 0.01 * M),
                    cell(21.6 * M, 0.1 * M, 28.2 * M, 0.1 * M),
                    cell(43.2 * M, 0.1 * M, 1.94 * H, 0.01 * H),
                    cell(43.2 * M, 0.1 * M, 5.94 * H, 0.01 * H),
                ],
            ),
            (
                0.02,
                [
                    cell(43.2 * M, 0.1 * M, 1.40 * M, 0.01 * M),
                    cell(1.80 * H, 0.01 * H, 21.0 * M, M),
                    cell(3.60 * H, 0.01 * H, 1.70 * H, 0.01 * H),
                    cell(3.60 * H, 0.01 * H, 5.70 * H, 0.01 * H),
                ],
            ),
            (
                0.01,
                [
                    None,
                    cell(3.60 * H, 0.01 * H, 12.0 * M, M),
                    cell(7.2 * H, 0.1 * H, 1.4 * H, 0.1 * H),
                    cell(7.2 * H, 0.1 * H, 5.4 * H, 0.1 * H),
                ],
            ),
            (
                0.007,
                [
                    None,
                    cell(5.14 * H, 0.01 * H, 4.3 * M, 0.1 * M),
                    cell(10.3 * H, 0.1 * H, 1.14 * H, 0.01 * H),
                    cell(10.3 * H, 0.1 * H, 5.14 * H, 0.01 * H),
                ],
            ),
            (
                0.005,
                [
                    None,
                    None,
                    cell(14.4 * H, 0.1 * H, 48.0 * M, M),
                    cell(14.4 * H, 0.1 * H, 4.8 * H, 0.1 * H),
                ],
            ),
            (0.002, [None, None, None, cell(36.0 * H, H, 3.0 * H, H)]),
        ];
        for (ratio, row) in grid {
            for (tier, expected) in row.into_iter().enumerate() {
                let found = at(tier, ratio);
                match (expected, found.fires_after) {
                    (None, None) => {}
                    (Some((fire, reset)), Some(fires)) => {
                        close(fires, fire.0, fire.1);
                        close(found.resets_after, reset.0, reset.1);
                        let share = [0.02, 0.05, 0.10, 0.10][tier];
                        close(found.budget_spent.unwrap_or_default(), share, 1e-9);
                    }
                    (expected, found) => panic!("tier {tier} at {ratio}: {expected:?}, {found:?}"),
                }
            }
        }
    }

    #[test]
    fn workbook_15_percent_for_10_minutes() {
        let page = at(0, 0.15);
        close(page.fires_after.unwrap_or_default() / 60.0, 5.76, 0.01);
        close(page.resets_after / 60.0, 4.52, 0.01);
        close(page.long_resets_after / 60.0, 54.24, 0.01);
    }

    #[test]
    fn a_fresh_prometheus_fires_early() {
        let [page, ..] = workbook(PERIOD);
        let fires = |minutes: u64| {
            let history = Some(Millis(minutes * 60_000));
            let step = Step {
                ratio: 0.15,
                history,
            };
            predict(&page, BUDGET, PERIOD, step)
                .fires_after
                .unwrap_or_default()
        };
        close(fires(10), 63.72, 0.01);
        close(fires(0), 0.0, 0.01);
        close(fires(60), 345.6, 0.1);
    }

    #[test]
    fn a_ratio_at_the_threshold_never_fires() {
        assert_eq!(at(3, 1.0 - 0.999).fires_after, None);
        assert_eq!(at(3, 0.0).fires_after, None);
    }

    #[test]
    fn delays_add_up_and_for_is_rounded_up_to_the_grid() {
        let delay = Delay {
            scrape: Millis(15_000),
            recording: Millis(0),
            alerting: Millis(30_000),
        };
        assert_eq!(delay.longest(Millis(0)), Millis(45_000));
        assert_eq!(delay.longest(Millis(40_000)), Millis(65_000));
    }

    proptest! {
        #[test]
        fn more_errors_never_fire_later_nor_reset_sooner(a in 0.001_f64..1.0, b in 0.001_f64..1.0, tier in 0_usize..4) {
            let (less, more) = (at(tier, a.min(b)), at(tier, a.max(b)));
            if let Some(slow) = less.fires_after {
                prop_assert!(more.fires_after.is_some_and(|fast| fast <= slow));
                prop_assert!(less.resets_after <= more.resets_after);
            }
        }

        #[test]
        fn time_compression_scales_every_time(ratio in 0.02_f64..1.0, k in prop::sample::select(vec![1_u32, 6, 10, 60, 100, 300]), tier in 0_usize..4) {
            // Scales that divide every window without a rest.
            let production = at(tier, ratio);
            let scaled = workbook(PERIOD)[tier].scaled_down(k);
            let step = Step { ratio, history: None };
            let run = predict(&scaled, BUDGET, PERIOD.scaled_down(k), step);
            let scale = f64::from(k);
            prop_assert!((run.resets_after * scale - production.resets_after).abs() < 1e-6 * scale);
            match (run.fires_after, production.fires_after) {
                (Some(run), Some(production)) => prop_assert!((run * scale - production).abs() < 1e-6 * scale),
                (run, production) => prop_assert_eq!(run, production),
            }
        }
    }
}
