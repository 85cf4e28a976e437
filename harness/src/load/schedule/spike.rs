//! A level rate with one higher (or lower) stretch in it.

/// `base` arrivals per second, but `peak` from `at` for `width` seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spike {
    pub(super) base: f64,
    pub(super) peak: f64,
    pub(super) at: f64,
    pub(super) width: f64,
    pub(super) length: f64,
}

impl Spike {
    pub(super) fn expected(self) -> f64 {
        self.base * (self.length - self.width) + self.peak * self.width
    }

    pub(super) fn time_of(self, n: f64) -> f64 {
        let before = self.base * self.at;
        let within = self.peak * self.width;
        if n < before {
            n / self.base
        } else if n < before + within {
            self.at + (n - before) / self.peak
        } else {
            let after = n - before - within;
            let walked = if self.base > 0.0 {
                after / self.base
            } else {
                0.0
            };
            self.at + self.width + walked
        }
    }

    pub(super) fn rate_at(self, t: f64) -> f64 {
        if t >= self.at && t < self.at + self.width {
            self.peak
        } else {
            self.base
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_crossed_at_its_own_rate() {
        let spike = Spike {
            base: 10.0,
            peak: 100.0,
            at: 2.0,
            width: 1.0,
            length: 5.0,
        };
        assert!((spike.expected() - 140.0).abs() < 1e-9);
        assert!((spike.time_of(10.0) - 1.0).abs() < 1e-9);
        assert!((spike.time_of(70.0) - 2.5).abs() < 1e-9);
        assert!((spike.time_of(130.0) - 4.0).abs() < 1e-9);
        assert!((spike.rate_at(2.5) - 100.0).abs() < 1e-9);
    }
}
