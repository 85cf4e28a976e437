//! Numbers that look random and can be repeated.

/// `SplitMix64` (Steele, Lea and Flood 2014), written out: the events of a seed must not change with a
/// dependency.
#[derive(Debug)]
pub(super) struct Random(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// `stream` keeps the domains of one seed independent of each other.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream.wrapping_add(GOLDEN))))
    }

    /// Uniform in `0..end`. Scaled by multiplication (Lemire 2019) and not corrected: for an `end` of
    /// thousands the shares are off by less than 2^-50.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let scaled = u128::from(mix(self.0)) * u128::from(end);
        (scaled >> 64) as u64
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
