//! A rate that swings: `mean + amplitude · sin(2πt/period)`, whose integral from 0 is
//! `N(t) = mean·t + amplitude·period/(2π)·(1 − cos(2πt/period))`.

use std::f64::consts::TAU;

/// A wave; the amplitude is at most the mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sine {
    pub(super) mean: f64,
    pub(super) amplitude: f64,
    pub(super) period: f64,
    pub(super) length: f64,
}

impl Sine {
    pub(super) fn expected(self) -> f64 {
        self.count(self.length)
    }

    fn count(self, t: f64) -> f64 {
        let swing = self.amplitude * self.period / TAU;
        self.mean * t + swing * (1.0 - (TAU * t / self.period).cos())
    }

    /// The inverse of N, which has no formula: N lies between two parallel lines, so t lies in an interval of known
    /// width, which is halved until a double holds no finer one. Bisection rather than Newton's method, because the
    /// slope may be 0; the number of halvings is fixed, so the same n gives the same t.
    pub(super) fn time_of(self, n: f64) -> f64 {
        if n <= 0.0 || self.mean <= 0.0 {
            return 0.0;
        }
        let widest = 2.0 * self.amplitude * self.period / TAU;
        let (mut low, mut high) = (((n - widest) / self.mean).max(0.0), n / self.mean);
        for _ in 0..52 {
            let middle = f64::midpoint(low, high);
            if self.count(middle) < n {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    pub(super) fn rate_at(self, t: f64) -> f64 {
        self.mean + self.amplitude * (TAU * t / self.period).sin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_gives_back_the_count() {
        let sine = Sine {
            mean: 100.0,
            amplitude: 100.0,
            period: 10.0,
            length: 20.0,
        };
        // Two whole periods hold as much as the mean does.
        assert!((sine.expected() - 2000.0).abs() < 1e-6);
        for n in 0..2000 {
            let t = sine.time_of(f64::from(n));
            assert!(
                (sine.count(t) - f64::from(n)).abs() < 1e-6,
                "arrival {n} at {t}"
            );
        }
    }
}
