//! One phase on the time line: its first arrival, its start, and the curve of its rate.

use std::ops::Range;
use std::time::Duration;

use super::line::Line;
use super::poisson::{middle, order_statistic};
use super::replay::Replay;
use super::sine::Sine;
use super::spike::Spike;
use super::steps::Steps;
use crate::scenario::plan::{Arrivals, Curve, Phase};

/// A phase with its arrivals.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    /// Number of its first arrival.
    pub(super) first: u64,
    /// How many arrivals it has.
    pub(super) count: u64,
    /// Seconds from the start of the load.
    pub(super) start: f64,
    /// Seconds.
    pub(super) length: f64,
    curve: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    Line(Line),
    Steps(Steps),
    Spike(Spike),
    Sine(Sine),
    Replay(Replay),
}

impl Stretch {
    pub(super) fn new(phase: &Phase, first: u64, start: f64) -> Self {
        let length = phase.duration.as_secs_f64();
        let curve = match &phase.curve {
            Curve::Line => Shape::Line(Line {
                from: phase.rate_from,
                to: phase.rate_to,
                length,
            }),
            Curve::Steps { rates } => Shape::Steps(Steps::new(rates, length)),
            Curve::Spike { peak, at, width } => Shape::Spike(Spike {
                base: phase.rate_from,
                peak: *peak,
                at: at.as_secs_f64(),
                width: width.as_secs_f64(),
                length,
            }),
            Curve::Sine { amplitude, period } => Shape::Sine(Sine {
                mean: phase.rate_from,
                amplitude: *amplitude,
                period: period.as_secs_f64(),
                length,
            }),
            Curve::Replay { due_us } => Shape::Replay(Replay::new(due_us)),
        };
        let mut stretch = Self {
            first,
            count: 0,
            start,
            length,
            curve,
        };
        stretch.count = match &stretch.curve {
            Shape::Replay(replay) => replay.count(),
            _ => stretch.expected().round() as u64,
        };
        stretch
    }

    /// Seconds from the start of the phase to its arrival `j`.
    pub(super) fn due(&self, j: u64, arrivals: Arrivals, seed: u64) -> f64 {
        let position = match arrivals {
            Arrivals::Uniform => 0.0,
            Arrivals::Poisson => order_statistic(self.seed(seed), self.count, j),
        };
        self.time_of(j, position, arrivals)
    }

    /// The middle one of a range of arrivals, and its [position](Self::time_of) between those of the range's ends.
    pub(super) fn middle(
        &self,
        range: &Range<u64>,
        positions: (f64, f64),
        arrivals: Arrivals,
        seed: u64,
    ) -> (u64, f64) {
        match arrivals {
            Arrivals::Uniform => (u64::midpoint(range.start, range.end), 0.0),
            Arrivals::Poisson => middle(self.seed(seed), (range.start, range.end), positions),
        }
    }

    /// Seconds from the start of the phase to its arrival `j`; the position is the share of N(D) at which a random
    /// one is due, and means nothing for others.
    pub(super) fn time_of(&self, j: u64, position: f64, arrivals: Arrivals) -> f64 {
        let reached = match arrivals {
            Arrivals::Uniform => j as f64,
            Arrivals::Poisson => position * self.expected(),
        };
        let t = match &self.curve {
            Shape::Line(line) => line.time_of(reached),
            Shape::Steps(steps) => steps.time_of(reached),
            Shape::Spike(spike) => spike.time_of(reached),
            Shape::Sine(sine) => sine.time_of(reached),
            // What was recorded is replayed as it was; a spacing of our own would make it something else.
            Shape::Replay(replay) => replay.time_of(j),
        };
        t.min(self.length)
    }

    /// From the start of the load to `inside` seconds from the start of the phase.
    pub(super) fn at(&self, inside: f64) -> Duration {
        Duration::from_secs_f64(self.start + inside)
    }

    /// The second in which [that time](Self::at) lies.
    pub(super) fn second(&self, inside: f64) -> u64 {
        self.at(inside).as_secs()
    }

    fn seed(&self, seed: u64) -> u64 {
        seed ^ self.first.rotate_left(32)
    }

    /// Arrivals per second at `t` seconds from the start of the phase.
    pub(super) fn rate_at(&self, t: f64) -> f64 {
        match &self.curve {
            Shape::Line(line) => line.rate_at(t),
            Shape::Steps(steps) => steps.rate_at(t),
            Shape::Spike(spike) => spike.rate_at(t),
            Shape::Sine(sine) => sine.rate_at(t),
            Shape::Replay(replay) => replay.rate_at(t),
        }
    }

    /// N(D).
    fn expected(&self) -> f64 {
        match &self.curve {
            Shape::Line(line) => line.expected(),
            Shape::Steps(steps) => steps.expected(),
            Shape::Spike(spike) => spike.expected(),
            Shape::Sine(sine) => sine.expected(),
            Shape::Replay(replay) => replay.count() as f64,
        }
    }
}
