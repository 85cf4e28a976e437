//! The buckets of a native histogram: packed as spans and deltas, unpacked as counts by index.

use std::collections::BTreeMap;

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::BucketSpan;

/// Count of each bucket by its index.
pub(super) type Counts = BTreeMap<i32, i64>;

/// Each span begins `offset` after the end of the one before; each delta is against the bucket before.
pub(super) fn unpack(spans: &[BucketSpan], deltas: &[i64]) -> Counts {
    let mut counts = Counts::new();
    let (mut index, mut count) = (0, 0);
    let mut deltas = deltas.iter();
    for span in spans {
        index += span.offset;
        for delta in deltas.by_ref().take(span.length as usize) {
            count += delta;
            counts.insert(index, count);
            index += 1;
        }
    }
    counts
}

/// The reverse of [`unpack`]. Empty buckets are left out.
pub(super) fn pack(counts: &Counts) -> (Vec<BucketSpan>, Vec<i64>) {
    let (mut spans, mut deltas) = (Vec::<BucketSpan>::new(), Vec::new());
    let (mut next, mut before) = (0, 0);
    for (&index, &count) in counts.iter().filter(|(_, count)| **count != 0) {
        match spans.last_mut() {
            Some(span) if index == next => span.length += 1,
            _ => spans.push(BucketSpan {
                offset: index - next,
                length: 1,
            }),
        }
        deltas.push(count - before);
        (next, before) = (index + 1, count);
    }
    (spans, deltas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_again() {
        let counts: Counts = [(-7, 3), (-6, 1), (0, 4), (1, 4), (12, 9)].into();
        let (spans, deltas) = pack(&counts);
        assert_eq!(spans.len(), 3);
        assert_eq!(unpack(&spans, &deltas), counts);
        assert_eq!(pack(&Counts::new()), (Vec::new(), Vec::new()));
    }
}
