//! How many samples it takes to speak of a percentile.

/// So many samples must lie beyond a percentile: with fewer, the next run would say something else.
pub const SAMPLES_BEYOND: u64 = 10;

/// The samples that quantile `q` needs, n ≥ 10 / (1 − q); `q` is at least 0 and below 1.
pub fn samples_needed(q: f64) -> u64 {
    let needed = SAMPLES_BEYOND as f64 / (1.0 - q);
    // 1 − 0.95 is not 0.05 in binary: what lies beside a whole number by no more than that is the number.
    let whole = needed.round();
    if (needed - whole).abs() <= whole * 1e-9 {
        whole as u64
    } else {
        needed.ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_percentile_needs_more() {
        let needed = [0.5, 0.9, 0.95, 0.99, 0.999].map(samples_needed);
        assert_eq!(needed, [20, 100, 200, 1000, 10_000]);
        assert_eq!([0.9999, 0.99999].map(samples_needed), [100_000, 1_000_000]);
    }

    #[test]
    fn a_fraction_of_a_sample_is_a_sample_more() {
        // 333.3…, 14.2… and 10.1…
        let needed = [0.97, 0.3, 0.01].map(samples_needed);
        assert_eq!(needed, [334, 15, 11]);
        assert_eq!(samples_needed(0.0), 10);
    }
}
