//! Where new ids come from.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Ids that are distinct within the process and, as they hang on a key from the system, between processes.
///
/// Not from the seed of the faults: two runs with one seed must not share trace ids.
#[derive(Debug, Clone, Default)]
pub struct TraceIds {
    key: Arc<RandomState>,
    given: Arc<AtomicU64>,
}

impl TraceIds {
    /// 64 bits, never 0: the standard keeps 0 for "no id".
    pub(super) fn id(&self) -> u64 {
        let n = self.given.fetch_add(1, Ordering::Relaxed);
        self.key.hash_one(n).max(1)
    }

    /// 128 bits, never 0.
    pub(super) fn trace_id(&self) -> u128 {
        u128::from(self.id()) << 64 | u128::from(self.id())
    }
}
