//! What happened to the requests, second by second.

use crate::model::Millis;

/// Requests that ended in one second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Second {
    /// All of them. Not a whole number when a rate is spread evenly.
    pub total: f64,
    /// Those that broke the promise, at most `total`.
    pub bad: f64,
}

/// A timeline of requests, without a gap, from its beginning.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// The timeline.
    pub seconds: Vec<Second>,
    /// What the counters stood at when it began. Prometheus extrapolates a counter that was at 0 less.
    pub counted: Second,
}

impl Profile {
    /// `seconds` of `rate` requests per second of which the share `ratio(second)` fails, clamped to 0 to 1.
    pub fn of(seconds: usize, rate: f64, ratio: impl Fn(f64) -> f64) -> Self {
        let second = |i: usize| {
            // The middle of the second stands for it.
            let share = ratio(i as f64 + 0.5).clamp(0.0, 1.0);
            Second {
                total: rate,
                bad: rate * share,
            }
        };
        Self {
            seconds: (0..seconds).map(second).collect(),
            counted: Second::default(),
        }
    }

    /// The same timeline of a service that has counted so much before.
    pub fn after(self, total: f64, bad: f64) -> Self {
        Self {
            counted: Second { total, bad },
            ..self
        }
    }

    /// A step of `ratio` from `start` for `length`, healthy before and after.
    pub fn step(seconds: usize, rate: f64, ratio: f64, start: Millis, length: Millis) -> Self {
        let (from, to) = (start.as_secs_f64(), (start + length).as_secs_f64());
        Self::of(
            seconds,
            rate,
            |t| if t > from && t < to { ratio } else { 0.0 },
        )
    }

    /// A linear rise from 0 at `start` to `ratio` after `rise`, then constant until `start + length`.
    pub fn ramp(
        seconds: usize,
        rate: f64,
        ratio: f64,
        start: Millis,
        rise: Millis,
        length: Millis,
    ) -> Self {
        let (from, to) = (start.as_secs_f64(), (start + length).as_secs_f64());
        let rise = rise.as_secs_f64();
        Self::of(seconds, rate, |t| {
            if t <= from || t >= to {
                0.0
            } else if rise > 0.0 {
                ratio * ((t - from) / rise).min(1.0)
            } else {
                ratio
            }
        })
    }

    /// From `start` on, pulses of `ratio` and `width`, one every `every`.
    pub fn pulses(
        seconds: usize,
        rate: f64,
        ratio: f64,
        start: Millis,
        width: Millis,
        every: Millis,
    ) -> Self {
        let (from, width) = (start.as_secs_f64(), width.as_secs_f64());
        let every = every.as_secs_f64().max(f64::MIN_POSITIVE);
        Self::of(seconds, rate, |t| {
            if t > from && (t - from) % every < width {
                ratio
            } else {
                0.0
            }
        })
    }

    /// How long it is.
    pub fn length(&self) -> Millis {
        Millis(self.seconds.len() as u64 * 1000)
    }

    /// Requests of the whole timeline, without those counted before.
    pub fn totals(&self) -> Second {
        self.seconds
            .iter()
            .fold(Second::default(), |sum, second| Second {
                total: sum.total + second.total,
                bad: sum.bad + second.bad,
            })
    }
}
