//! Waiting for an intended time on the system's clock rather than the async runtime's.
//!
//! The runtime's timer wheel has a grain of 1 ms, which would show up as latency of the service. A thread of its own
//! sleeps until shortly before and spins the rest.

use std::time::{Duration, Instant};

/// How long before the intended time the thread stops sleeping. Longer costs processor time, shorter precision:
/// the kernel's default timer slack is 50 µs.
const SPIN: Duration = Duration::from_micros(80);

/// How long the thread sleeps at most before it looks at `stop` again.
const NAP: Duration = Duration::from_millis(50);

/// Waits until `until`; `false` if `stop` said so before.
pub(crate) fn wait_until(until: Instant, stop: impl Fn() -> bool) -> bool {
    loop {
        if stop() {
            return false;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        match left.checked_sub(SPIN) {
            Some(nap) if !nap.is_zero() => std::thread::sleep(nap.min(NAP)),
            _ => std::hint::spin_loop(),
        }
    }
}
