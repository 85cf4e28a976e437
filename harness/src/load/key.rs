//! Which key an arrival uses: a pure function of seed and arrival number.

use rand_distr::{Distribution, Zipf};

use super::draw::{Stream, generator, unit};
use crate::scenario::plan::Keys;

/// A distribution of keys, ready to draw from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyDraw {
    Uniform { n: u64 },
    Sequence { n: u64 },
    Zipf(Option<Zipf<f64>>),
}

impl KeyDraw {
    pub(crate) fn new(keys: &Keys) -> Self {
        match *keys {
            Keys::Uniform { n } => Self::Uniform { n },
            Keys::Sequence { n } => Self::Sequence { n },
            // The plan's constructor has refused parameters that Zipf would refuse.
            Keys::Zipf { n, s } => Self::Zipf(Zipf::new(n as f64, s).ok()),
        }
    }

    /// The number of arrival `i`'s key, below the distribution's `n`.
    pub(crate) fn number(&self, seed: u64, i: u64) -> u64 {
        match *self {
            Self::Uniform { n } => {
                ((unit(seed, Stream::Key, i) * n as f64) as u64).min(n.saturating_sub(1))
            }
            Self::Sequence { n } => i % n.max(1),
            // Rank 1 is the most frequent.
            Self::Zipf(zipf) => zipf.map_or(0, |zipf| {
                zipf.sample(&mut generator(seed, Stream::Key, i)) as u64 - 1
            }),
        }
    }
}

/// The number of arrival `i`'s key, below the distribution's `n`.
#[cfg(test)]
pub(crate) fn key_number(keys: &Keys, seed: u64, i: u64) -> u64 {
    KeyDraw::new(keys).number(seed, i)
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
