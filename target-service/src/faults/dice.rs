//! Decisions that look random and can be repeated.

use std::sync::atomic::{AtomicU64, Ordering};

/// A numbered sequence of rolls: roll `n` depends on seed, stream and `n` alone.
///
/// The generator is written out (`SplitMix64`, Steele, Lea and Flood 2014) instead of taken from a
/// crate, because the decisions of a seed must not change with a dependency.
#[derive(Debug)]
pub(crate) struct Dice {
    start: u64,
    rolls: AtomicU64,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// `stream` keeps the rules of one seed independent of each other.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self {
            start: mix(seed ^ mix(stream.wrapping_add(GOLDEN))),
            rolls: AtomicU64::new(0),
        }
    }

    /// `true` in a share of `ratio` of the rolls: never at 0, always at 1.
    pub(crate) fn roll(&self, ratio: f64) -> bool {
        self.unit() < ratio
    }

    /// The roll itself: evenly spread over `0..1`, the end not included.
    pub(crate) fn unit(&self) -> f64 {
        let n = self.rolls.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let bits = mix(self.start.wrapping_add(n.wrapping_mul(GOLDEN)));
        // The upper 53 bits fill a float in [0, 1) exactly.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolls(seed: u64, stream: u64, ratio: f64) -> Vec<bool> {
        let dice = Dice::new(seed, stream);
        (0..10_000).map(|_| dice.roll(ratio)).collect()
    }

    #[test]
    fn a_seed_and_stream_repeat_and_others_differ() {
        assert_eq!(rolls(7, 1, 0.5), rolls(7, 1, 0.5));
        assert_ne!(rolls(7, 1, 0.5), rolls(8, 1, 0.5));
        assert_ne!(rolls(7, 1, 0.5), rolls(7, 2, 0.5));
    }

    #[test]
    fn the_share_is_kept_and_its_ends_are_exact() {
        let hits = |ratio| rolls(7, 1, ratio).iter().filter(|hit| **hit).count();
        assert_eq!(hits(0.0), 0);
        assert_eq!(hits(1.0), 10_000);
        // Five standard deviations of a binomial share: 5 * sqrt(0.15 * 0.85 * 10000) = 179.
        assert!(hits(0.15).abs_diff(1500) < 179, "{}", hits(0.15));
    }
}
