//! A rate that is a straight line, level included: `N(t) = a·t + (b−a)·t²/(2D)`.

/// From `from` to `to` arrivals per second in `length` seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) length: f64,
}

impl Line {
    pub(super) fn expected(self) -> f64 {
        f64::midpoint(self.from, self.to) * self.length
    }

    /// The inverse of N, in the form that does not cancel for small slopes.
    pub(super) fn time_of(self, n: f64) -> f64 {
        if n <= 0.0 {
            return 0.0;
        }
        let slope = (self.to - self.from) / self.length;
        2.0 * n / (self.from + (self.from * self.from + 2.0 * slope * n).max(0.0).sqrt())
    }

    pub(super) fn rate_at(self, t: f64) -> f64 {
        self.from + (self.to - self.from) * t / self.length
    }
}
