//! Which key an arrival uses: a pure function of seed and arrival number.

use rand_distr::{Distribution, Zipf};

use super::draw::{Stream, generator, unit};
use crate::scenario::plan::Keys;

/// The number of arrival `i`'s key, below the distribution's `n`.
pub(crate) fn key_number(keys: &Keys, seed: u64, i: u64) -> u64 {
    match *keys {
        Keys::Uniform { n } => {
            ((unit(seed, Stream::Key, i) * n as f64) as u64).min(n.saturating_sub(1))
        }
        Keys::Sequence { n } => i % n.max(1),
        // The plan's constructor has refused parameters that Zipf would refuse; rank 1 is the most frequent.
        Keys::Zipf { n, s } => Zipf::new(n as f64, s).map_or(0, |zipf| {
            zipf.sample(&mut generator(seed, Stream::Key, i)) as u64 - 1
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zipf_prefers_low_numbers_and_stays_in_range() {
        let keys = Keys::Zipf { n: 100, s: 1.1 };
        let drawn: Vec<u64> = (0..5000).map(|i| key_number(&keys, 1, i)).collect();
        assert!(drawn.iter().all(|k| *k < 100));
        let count = |n: u64| drawn.iter().filter(|k| **k == n).count();
        assert!(count(0) > 3 * count(9), "{} against {}", count(0), count(9));
    }

    #[test]
    fn a_sequence_walks_round() {
        let keys = Keys::Sequence { n: 3 };
        assert_eq!(
            (0..5).map(|i| key_number(&keys, 1, i)).collect::<Vec<_>>(),
            [0, 1, 2, 0, 1]
        );
    }
}
