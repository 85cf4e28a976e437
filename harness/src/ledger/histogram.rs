//! Latency histograms in microseconds that survive a trip through JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use serde::{Deserialize, Serialize};

use crate::model::Ratio;

/// Longest representable latency: one hour. Longer ones are recorded as this, and told by `saturated`.
pub const MAX_US: u64 = 3_600_000_000;

/// An HDR histogram of microseconds, 3 significant digits, in JSON as base64 of the standard V2 encoding.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyHistogram {
    inner: Histogram<u64>,
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        // The bounds are constants within the crate's documented range, so this cannot fail.
        let mut inner = Histogram::new_with_bounds(1, 1000, 3).expect("constant bounds are valid");
        inner.auto(true);
        Self { inner }
    }
}

impl LatencyHistogram {
    /// Records one latency; below 1 µs counts as 1 µs, above an hour as an hour.
    #[expect(
        clippy::missing_panics_doc,
        reason = "cannot happen: the value is clamped and the histogram resizes"
    )]
    pub fn record(&mut self, micros: u64) {
        let value = micros.clamp(1, MAX_US);
        // Auto-resize is on and the value is clamped: recording cannot fail short of memory exhaustion.
        self.inner
            .record(value)
            .expect("auto-resizing histogram takes every clamped value");
    }

    /// Adds all of another's counts.
    #[expect(
        clippy::missing_panics_doc,
        reason = "cannot happen: every value was clamped when it was recorded"
    )]
    pub fn merge(&mut self, other: &Self) {
        self.inner
            .add(&other.inner)
            .expect("auto-resizing histogram takes every clamped value");
    }

    /// What is left without the values of `part`; `None` if some of those are not in it.
    pub fn without(&self, part: &Self) -> Option<Self> {
        let mut left = self.clone();
        left.inner.subtract(&part.inner).ok()?;
        Some(left)
    }

    /// How many values it holds.
    pub fn count(&self) -> u64 {
        self.inner.len()
    }

    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// The quantile in microseconds; `None` when empty.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.inner.value_at_quantile(q))
    }

    /// The largest value in microseconds; `None` when empty.
    pub fn max(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.inner.max())
    }

    /// The smallest value in microseconds; `None` when empty.
    pub fn min(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.inner.min())
    }

    /// The mean in microseconds; `None` when empty.
    pub fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.inner.mean())
    }

    /// How many values lie at the end of the range, to the histogram's precision of 0.1 %: their true values may be
    /// above it, by how much nobody knows.
    pub fn saturated(&self) -> u64 {
        // A histogram that has not grown so far would answer for its last bucket.
        if self.inner.max() < MAX_US {
            return 0;
        }
        self.inner.count_at(MAX_US)
    }

    /// How many values are above a bound, to the histogram's precision of 0.1 %.
    pub fn count_above(&self, micros: u64) -> u64 {
        self.count() - self.inner.count_between(0, micros.min(MAX_US))
    }

    /// Share of values at or below a bound; `None` when empty.
    pub fn share_within(&self, micros: u64) -> Option<Ratio> {
        Ratio::of(self.count() - self.count_above(micros), self.count())
    }

    /// Points of the percentile curve: (quantile, microseconds), ever denser towards 1.
    pub fn curve(&self) -> Vec<(f64, u64)> {
        self.inner
            .iter_quantiles(2)
            .map(|step| (step.quantile_iterated_to(), step.value_iterated_to()))
            .collect()
    }

    /// The histogram for the interval log writer.
    pub fn as_hdr(&self) -> &Histogram<u64> {
        &self.inner
    }
}

impl Serialize for LatencyHistogram {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&self.inner, &mut bytes)
            .map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for LatencyHistogram {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        let mut inner: Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(serde::de::Error::custom)?;
        inner.auto(true);
        Ok(Self { inner })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        let h = LatencyHistogram::default();
        assert_eq!(
            (h.quantile(0.95), h.max(), h.mean(), h.share_within(10)),
            (None, None, None, None)
        );
    }

    #[test]
    fn shares_split_at_the_bound() {
        let mut h = LatencyHistogram::default();
        for us in [100, 200, 300, 400] {
            h.record(us);
        }
        assert_eq!(h.count_above(250), 2);
        assert_eq!(h.share_within(250), Some(Ratio(0.5)));
    }

    #[test]
    fn a_part_can_be_taken_away_and_nothing_else() {
        let of = |values: &[u64]| {
            let mut h = LatencyHistogram::default();
            for v in values {
                h.record(*v);
            }
            h
        };
        let left = of(&[100, 200, 5_000_000]).without(&of(&[100])).unwrap();
        assert_eq!((left.count(), left.min()), (2, Some(200)));
        assert_eq!(of(&[100]).without(&of(&[200])), None);
        assert_eq!(of(&[100]).without(&of(&[5_000_000])), None);
    }

    #[test]
    fn what_exceeds_the_range_is_told_also_after_a_merge_and_a_trip_through_json() {
        let mut h = LatencyHistogram::default();
        for us in [1000, MAX_US / 2, MAX_US + 1, u64::MAX] {
            h.record(us);
        }
        let mut merged = LatencyHistogram::default();
        merged.record(MAX_US);
        merged.merge(&h);
        let json = serde_json::to_string(&merged).unwrap();
        let back: LatencyHistogram = serde_json::from_str(&json).unwrap();
        assert_eq!((h.saturated(), back.saturated()), (2, 3));
        assert_eq!(LatencyHistogram::default().saturated(), 0);
    }

    proptest! {
        #[test]
        fn merging_equals_recording_at_once(left in prop::collection::vec(0_u64..10_000_000, 0..50),
                                            right in prop::collection::vec(0_u64..10_000_000, 0..50)) {
            let record = |values: &[u64]| {
                let mut h = LatencyHistogram::default();
                for v in values { h.record(*v); }
                h
            };
            let mut merged = record(&left);
            merged.merge(&record(&right));
            let whole = record(&[left, right].concat());
            prop_assert_eq!(&merged.inner, &whole.inner);
            let json = serde_json::to_string(&whole).unwrap();
            let back: LatencyHistogram = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back.inner, whole.inner);
        }
    }
}
