//! Processor time of this process, and the processors that it may use.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// User and system time of all its threads so far.
pub(super) fn time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Processors that the scheduler lets this process use. `None` where the system does not tell.
pub(super) fn allowed() -> Option<u32> {
    #[cfg(target_os = "linux")]
    let count = rustix::thread::sched_getaffinity(None).ok()?.count();
    #[cfg(not(target_os = "linux"))]
    let count = std::thread::available_parallelism().ok()?.get() as u32;
    Some(count)
}

/// Processors that both this process and another may use. `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn shared_with(other: u32) -> Option<u32> {
    use rustix::process::Pid;
    use rustix::thread::{CpuSet, sched_getaffinity};

    let other = Pid::from_raw(i32::try_from(other).ok()?)?;
    let (own, other) = (
        sched_getaffinity(None).ok()?,
        sched_getaffinity(Some(other)).ok()?,
    );
    let both = (0..CpuSet::MAX_CPU).filter(|n| own.is_set(*n) && other.is_set(*n));
    Some(both.count() as u32)
}

/// Processors that both this process and another may use. `None` where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn shared_with(_other: u32) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_as_processor_time() {
        let before = time();
        while time() == before {
            std::hint::spin_loop();
        }
        assert!(time() > before);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_shares_all_its_processors_with_itself() {
        let own = shared_with(std::process::id());
        assert!(own.is_some_and(|n| n > 0));
        assert_eq!(own, allowed());
    }
}
