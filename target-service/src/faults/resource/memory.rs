//! Memory that grows and is never given back.

use tokio::time::{Instant, interval};

use super::{MemoryFaultSpec, STEP};
use crate::faults::course::Course;

pub(super) const MAX_BYTES_PER_SECOND: u64 = 256 * 1024 * 1024;
pub(super) const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// Leaks until dropped.
pub(super) async fn leak(spec: MemoryFaultSpec, course: Course, since: Instant) {
    // One piece, reserved at once and touched little by little: the system counts what is touched, and
    // takes all of it back in one go.
    let most = usize::try_from(spec.max_bytes).unwrap_or(usize::MAX);
    let mut leaked: Vec<u8> = Vec::with_capacity(most);
    let mut owed = 0.0;
    let mut steps = interval(STEP);
    while leaked.len() < most {
        steps.tick().await;
        owed +=
            spec.bytes_per_second as f64 * STEP.as_secs_f64() * course.strength(since.elapsed());
        let length = (owed as usize).min(most);
        leaked.resize(length, 1);
    }
    std::future::pending::<()>().await;
    drop(leaked);
}
