//! How many samples it takes to speak of a percentile.

/// So many samples must lie beyond a percentile: with fewer, the next run would say something else.
pub const SAMPLES_BEYOND: u64 = 10;

/// The samples that quantile `q` needs, n ≥ 10 / (1 − q); `q` is at least 0 and below 1.
pub fn samples_needed(q: f64) -> u64 {
    (SAMPLES_BEYOND as f64 / (1.0 - q)).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_percentile_needs_more() {
        let needed = [0.5, 0.9, 0.95, 0.99, 0.999].map(samples_needed);
        assert_eq!(needed, [20, 100, 200, 1000, 10_000]);
    }
}
