//! Random arrivals, fixed by the seed.
//!
//! Given their number, the arrivals of a Poisson process are sorted independent draws with density proportional to the
//! rate (Cox & Lewis, "The Statistical Analysis of Series of Events", 1966, §2.3), so arrival j is due where N(t)/N(D)
//! equals the j-th order statistic of uniform draws.

use rand_distr::{Beta, Distribution};

use crate::load::draw::{Stream, generator};

/// The k-th smallest (from 0) of `n` uniform draws on [0, 1), without drawing the others: the middle one of a range
/// is Beta-distributed between the range's ends, and given it, both halves are independent uniform ranges again. Each
/// node's draw depends on the seed and the range only, so all k agree with one another.
pub(super) fn order_statistic(seed: u64, n: u64, k: u64) -> f64 {
    let (mut left, mut right) = (0, n);
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let (middle, value) = middle(seed, (left, right), (low, high));
        if k == middle {
            return value;
        }
        if k < middle {
            (right, high) = (middle, value);
        } else {
            (left, low) = (middle + 1, value);
        }
    }
}

/// The number and the value of the middle draw of a range that lies between two values.
pub(super) fn middle(seed: u64, (left, right): (u64, u64), (low, high): (f64, f64)) -> (u64, f64) {
    let middle = u64::midpoint(left, right);
    let (rank, size) = ((middle - left + 1) as f64, (right - left) as f64);
    let node = left.wrapping_mul(0x1_0000_0001) ^ right;
    let share = Beta::new(rank, size - rank + 1.0).map_or(0.5, |beta| {
        beta.sample(&mut generator(seed, Stream::Arrival, node))
    });
    (middle, low + (high - low) * share)
}
