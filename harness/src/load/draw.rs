//! Seeded draws: a pure function of (seed, what for, number), so that arrival `i` is the same in every run and on
//! any number of workers.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// What a draw decides; keeps the streams apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    /// Arrival times.
    Arrival = 1,
    /// Which route.
    Route = 2,
    /// Which key.
    Key = 3,
    /// Random text in templates.
    Text = 4,
    /// Trace ids.
    Trace = 5,
    /// Rows of a feeder.
    Feeder = 7,
}

/// 64 well-mixed bits. The finaliser is that of `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014).
pub(crate) fn bits(seed: u64, stream: Stream, number: u64) -> u64 {
    let mut z = mix(seed ^ (stream as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = mix(z.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    mix(z)
}

/// A number in `[0, 1)`.
pub(crate) fn unit(seed: u64, stream: Stream, number: u64) -> f64 {
    (bits(seed, stream, number) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A generator for draws that need more than one number.
pub(crate) fn generator(seed: u64, stream: Stream, number: u64) -> StdRng {
    StdRng::seed_from_u64(bits(seed, stream, number))
}

fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_numbers_are_independent_and_repeatable() {
        assert_eq!(bits(1, Stream::Route, 7), bits(1, Stream::Route, 7));
        assert_ne!(bits(1, Stream::Route, 7), bits(1, Stream::Key, 7));
        assert_ne!(bits(1, Stream::Route, 7), bits(2, Stream::Route, 7));
        let mean = (0..10_000).map(|i| unit(3, Stream::Key, i)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "mean {mean}");
    }
}
