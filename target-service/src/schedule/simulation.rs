//! Failures and slowness that the settings ask for.

use std::time::Duration;

use crate::faults::Dice;

/// Stream of the seed; the fault sets use others.
const STREAM: u64 = 16 << 32;

/// Strikes the schedule routes alone, below the metrics, which tell it truly.
#[derive(Debug)]
pub(super) struct Simulation {
    error_rate: f64,
    extra_latency: Duration,
    dice: Dice,
}

impl Simulation {
    pub(super) fn new(error_rate: f64, extra_latency: Duration, seed: u64) -> Self {
        Self {
            error_rate,
            extra_latency,
            dice: Dice::new(seed, STREAM),
        }
    }

    /// Takes its time; `true` when the request is to fail. The decision is made first, so that its order is
    /// that of the requests.
    pub(super) async fn strike(&self) -> bool {
        let fails = self.dice.roll(self.error_rate);
        if !self.extra_latency.is_zero() {
            tokio::time::sleep(self.extra_latency).await;
        }
        fails
    }
}
