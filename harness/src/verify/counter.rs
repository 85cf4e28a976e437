//! How far a counter moved, from its raw samples.
//!
//! No `increase()`: that extrapolates to the edges of its window, and exact agreement is what is to be proved.

use crate::model::{Point, Series, Timestamp};

/// What the samples of one or several counter series say about a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Movement {
    /// Sum of all increases.
    pub(crate) increase: f64,
    /// Value before the stretch, summed over series that had one.
    pub(crate) base: f64,
    /// Times a value fell: the process restarted, and increments since its last scrape are lost.
    pub(crate) resets: u32,
    /// Series without a sample before the stretch; they count from 0.
    pub(crate) born: u32,
    /// Series summed.
    pub(crate) series: u32,
    /// Samples within the stretch, of the series that has most.
    pub(crate) samples: usize,
    /// The newest sample of any series.
    pub(crate) last_at: Timestamp,
    /// The newest sample of the series that ended first.
    pub(crate) first_end: Timestamp,
}

impl Movement {
    /// The movement of one series in `(baseline, settled]`; `None` without a sample up to `settled`.
    ///
    /// The base is the last sample at or before `baseline`; without one the series was born later and counts from 0.
    /// A value below its predecessor is a restart: the new value counts in full, as PromQL counts it.
    pub(crate) fn of(points: &[Point], baseline: Timestamp, settled: Timestamp) -> Option<Self> {
        let mut base = None;
        let mut previous = None;
        let mut movement = Self {
            increase: 0.0,
            base: 0.0,
            resets: 0,
            born: 0,
            series: 1,
            samples: 0,
            last_at: baseline,
            first_end: baseline,
        };
        for point in points.iter().take_while(|p| p.at <= settled) {
            let Some(value) = point.value else { continue };
            movement.last_at = point.at;
            if point.at <= baseline {
                base = Some(value);
            } else {
                let before = previous.or(base).unwrap_or(0.0);
                if value < before {
                    movement.resets += 1;
                    movement.increase += value;
                } else {
                    movement.increase += value - before;
                }
                movement.samples += 1;
                previous = Some(value);
            }
        }
        if base.is_none() && previous.is_none() {
            return None;
        }
        movement.base = base.unwrap_or(0.0);
        movement.born = u32::from(base.is_none());
        movement.first_end = movement.last_at;
        Some(movement)
    }

    /// The movement of several series together; `None` when none of them has a sample.
    pub(crate) fn over<'a>(
        series: impl IntoIterator<Item = &'a Series>,
        baseline: Timestamp,
        settled: Timestamp,
    ) -> Option<Self> {
        series
            .into_iter()
            .filter_map(|s| Self::of(&s.points, baseline, settled))
            .reduce(Self::plus)
    }

    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            increase: self.increase + other.increase,
            base: self.base + other.base,
            resets: self.resets + other.resets,
            born: self.born + other.born,
            series: self.series + other.series,
            samples: self.samples.max(other.samples),
            last_at: self.last_at.max(other.last_at),
            first_end: self.first_end.min(other.first_end),
        }
    }

    /// The increase as a count of events.
    pub(crate) fn events(&self) -> u64 {
        self.increase.round() as u64
    }

    /// Whether increments may be lost although the counter itself is right: a process restarted or went away.
    pub(crate) fn may_have_lost(&self, load_end: Timestamp) -> bool {
        self.resets > 0 || self.first_end < load_end
    }

    /// How it was measured, for the `observed` part of a finding: `3 samples, no reset`.
    pub(crate) fn provenance(&self) -> String {
        let resets = match self.resets {
            0 => "no reset".to_owned(),
            n => super::words::count(u64::from(n), "reset"),
        };
        let samples = super::words::count(self.samples as u64, "sample");
        match self.born {
            0 => format!("{samples}, {resets}"),
            n => format!(
                "{samples}, {resets}, {n} of {} series born during the run",
                self.series
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(values: &[(i64, f64)]) -> Vec<Point> {
        values
            .iter()
            .map(|(ms, v)| Point {
                at: Timestamp(*ms),
                value: Some(*v),
            })
            .collect()
    }

    fn movement(values: &[(i64, f64)]) -> Option<Movement> {
        Movement::of(&points(values), Timestamp(0), Timestamp(1000))
    }

    #[test]
    fn traffic_before_the_baseline_does_not_count() {
        let m = movement(&[(-500, 40.0), (-10, 70.0), (500, 90.0), (900, 100.0)]).unwrap();
        assert_eq!((m.increase, m.base, m.born, m.resets), (30.0, 70.0, 0, 0));
    }

    #[test]
    fn a_series_born_during_the_run_counts_from_zero_and_says_so() {
        let m = movement(&[(500, 12.0), (900, 20.0)]).unwrap();
        assert_eq!((m.increase, m.born), (20.0, 1));
        assert_eq!(
            m.provenance(),
            "2 samples, no reset, 1 of 1 series born during the run"
        );
    }

    #[test]
    fn a_restart_counts_what_came_after_it() {
        let m = movement(&[(0, 100.0), (300, 130.0), (600, 5.0), (900, 9.0)]).unwrap();
        assert_eq!((m.increase, m.resets), (39.0, 1));
    }

    #[test]
    fn samples_after_the_settled_moment_and_non_numbers_are_ignored() {
        let mut samples = points(&[(0, 1.0), (500, 4.0), (1500, 99.0)]);
        samples.insert(
            1,
            Point {
                at: Timestamp(200),
                value: None,
            },
        );
        let m = Movement::of(&samples, Timestamp(0), Timestamp(1000)).unwrap();
        assert_eq!((m.increase, m.last_at), (3.0, Timestamp(500)));
    }

    #[test]
    fn no_sample_is_not_a_movement_of_zero() {
        assert_eq!(movement(&[]), None);
        assert_eq!(movement(&[(1500, 7.0)]), None);
    }

    /// Event times in `(0, 1000]`, and what a scrape at each of `scrapes` reads.
    fn scraped(events: &[i64], base: f64, scrapes: impl Iterator<Item = i64>) -> Vec<Point> {
        scrapes
            .map(|at| Point {
                at: Timestamp(at),
                value: Some(base + events.iter().filter(|e| **e <= at).count() as f64),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_scrape_phase_does_not_matter(
            events in prop::collection::vec(1_i64..1000, 0..80),
            base in 0_u32..5000, interval in 5_i64..400, phase in 0_i64..400,
        ) {
            let phase = phase % interval;
            // One scrape lies at or before the baseline and one after the last event.
            let scrapes = (-1..=1000 / interval + 1).map(|i| i * interval + phase);
            let points = scraped(&events, f64::from(base), scrapes);
            let m = Movement::of(&points, Timestamp(0), Timestamp(2000)).unwrap();
            prop_assert_eq!(m.events(), events.len() as u64);
            prop_assert_eq!(m.resets, 0);
        }

        #[test]
        fn a_split_stretch_adds_up(
            values in prop::collection::vec(0_u32..1000, 1..40), split in 0_i64..400,
        ) {
            // Arbitrary values: with as many restarts as there are falls.
            let points: Vec<Point> = values.iter().enumerate()
                .map(|(i, v)| Point { at: Timestamp(i as i64 * 10), value: Some(f64::from(*v)) })
                .collect();
            let part = |from, to| Movement::of(&points, Timestamp(from), Timestamp(to))
                .map_or((0.0, 0), |m| (m.increase, m.resets));
            let (whole, left, right) = (part(-1, 400), part(-1, split), part(split, 400));
            prop_assert_eq!(whole, (left.0 + right.0, left.1 + right.1));
        }

        #[test]
        fn leaving_out_scrapes_between_changes_nothing_without_a_restart(
            steps in prop::collection::vec(0_u32..100, 2..40), keep in prop::collection::vec(any::<bool>(), 40),
        ) {
            let mut value = 0;
            let all: Vec<Point> = steps.iter().enumerate().map(|(i, step)| {
                value += step;
                Point { at: Timestamp(i as i64 * 10), value: Some(f64::from(value)) }
            }).collect();
            let last = all.len() - 1;
            let some: Vec<Point> = all.iter().enumerate()
                .filter(|(i, _)| *i == 0 || *i == last || keep[*i]).map(|(_, p)| *p).collect();
            let increase = |points: &[Point]| Movement::of(points, Timestamp(0), Timestamp(1000)).unwrap().events();
            prop_assert_eq!(increase(&all), increase(&some));
        }
    }
}
