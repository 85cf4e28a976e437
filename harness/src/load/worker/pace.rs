//! Waiting for an intended time inside an event loop, without the runtime's timer wheel: its grain of 1 ms would show
//! up as latency of the service.
//!
//! A timer of the kernel wakes the loop shortly before; the rest is spent yielding, during which the loop goes on
//! reading answers. How much is yielded depends on the rate: at most a fifth of the time between two arrivals, so that
//! awaiting them does not cost a core, and at most [`MARGIN`], which is how late the kernel's wake-ups commonly are.
//! At rates where a timer for each arrival would cost more than the wait, the loop only yields.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::timer::Timer;

/// The longest time that is spent yielding before an intended time.
const MARGIN: Duration = Duration::from_micros(100);

/// Below this there is no sense in a timer: setting it and being woken takes as long.
const SHORTEST_SLEEP: Duration = Duration::from_micros(50);

/// The longest sleep, after which the caller looks whether it should stop.
const NAP: Duration = Duration::from_millis(20);

/// A yield that came back within this found nothing else to do.
const IDLE_ROUND: Duration = Duration::from_micros(5);

/// Waits for intended times, one after the other.
#[derive(Debug)]
pub(super) struct Pace {
    timer: Timer,
    before: Cell<Option<Instant>>,
    spun: Cell<Duration>,
}

impl Pace {
    /// In the runtime of the calling thread.
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            timer: Timer::new()?,
            before: Cell::new(None),
            spun: Cell::new(Duration::ZERO),
        })
    }

    /// Waits until `due`, or for a while.
    pub(super) async fn wait(&self, due: Instant) {
        let margin = self.margin(due);
        let mut now = Instant::now();
        let left = due.saturating_duration_since(now);
        if let Some(sleep) = left.checked_sub(margin)
            && sleep >= SHORTEST_SLEEP
        {
            self.timer.sleep(sleep.min(NAP)).await;
            now = Instant::now();
            if due.saturating_duration_since(now) > margin {
                return;
            }
        }
        while now < due {
            tokio::task::yield_now().await;
            let after = Instant::now();
            let round = after - now;
            if round <= IDLE_ROUND {
                self.spun.set(self.spun.get() + round);
            }
            now = after;
        }
        self.before.set(Some(due));
    }

    /// Time spent yielding with nothing else to do.
    pub(super) fn spun(&self) -> Duration {
        self.spun.get()
    }

    fn margin(&self, due: Instant) -> Duration {
        match self.before.get() {
            Some(before) => (due.saturating_duration_since(before) / 5).min(MARGIN),
            None => MARGIN,
        }
    }
}
