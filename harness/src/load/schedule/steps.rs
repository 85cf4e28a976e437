//! Levels of equal length, one after the other: N is a polygon whose corners are kept.

/// A staircase.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    rates: Vec<f64>,
    /// N at the start of each step, and at the end of the last.
    corners: Vec<f64>,
    step: f64,
}

impl Steps {
    /// `rates` is not empty; `length` in seconds is that of the whole staircase.
    pub(super) fn new(rates: &[f64], length: f64) -> Self {
        let step = length / rates.len() as f64;
        let mut sum = 0.0;
        let mut corners = vec![0.0];
        corners.extend(rates.iter().map(|rate| {
            sum += rate * step;
            sum
        }));
        Self {
            rates: rates.to_vec(),
            corners,
            step,
        }
    }

    pub(super) fn expected(&self) -> f64 {
        self.corners.last().copied().unwrap_or(0.0)
    }

    pub(super) fn time_of(&self, n: f64) -> f64 {
        // The last step that begins at or before n; one without arrivals is stepped over.
        let index = self.corners.partition_point(|corner| *corner <= n);
        let index = index.saturating_sub(1).min(self.rates.len() - 1);
        let inside = n - self.corners[index];
        let rate = self.rates[index];
        let within = if rate > 0.0 {
            (inside / rate).min(self.step)
        } else {
            0.0
        };
        self.step * index as f64 + within
    }

    pub(super) fn rate_at(&self, t: f64) -> f64 {
        let index = ((t / self.step) as usize).min(self.rates.len() - 1);
        self.rates[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_of_the_second_step_follow_its_own_rate() {
        // 10 s at 10/s, then 10 s at 20/s: arrival 100 opens the second step, arrival 200 comes 5 s later.
        let steps = Steps::new(&[10.0, 20.0], 20.0);
        assert!((steps.expected() - 300.0).abs() < 1e-9);
        assert!((steps.time_of(50.0) - 5.0).abs() < 1e-9);
        assert!((steps.time_of(100.0) - 10.0).abs() < 1e-9);
        assert!((steps.time_of(200.0) - 15.0).abs() < 1e-9);
    }

    #[test]
    fn a_step_without_arrivals_is_stepped_over() {
        let steps = Steps::new(&[10.0, 0.0, 10.0], 3.0);
        assert!((steps.time_of(10.0) - 2.0).abs() < 1e-9);
        assert!((steps.time_of(9.0) - 0.9).abs() < 1e-9);
    }
}
