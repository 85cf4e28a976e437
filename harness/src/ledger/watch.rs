//! What the generator saw of itself, second by second.

use serde::{Deserialize, Serialize};

use crate::model::Millis;

/// A heartbeat that comes later than this is counted: the process, or the whole machine, stood still.
pub const PAUSE: Millis = Millis(10);

/// The generator over about one second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchRow {
    /// When it ended, in milliseconds from the start of the load; it began where the row before it ended.
    pub until_ms: u64,
    /// Requests sent in it.
    pub sent: u64,
    /// Connections that were lost and opened again in it.
    pub reopened: u64,
    /// Processor time of this process per second, in cores. `None` where the system does not tell.
    pub cpu_cores_used: Option<f64>,
    /// The part of it that was spent awaiting intended times.
    pub spinning_cores: f64,
}

/// Heartbeats that came more than [`PAUSE`] late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pauses {
    /// How many.
    pub count: u64,
    /// The longest in microseconds; of all heartbeats, counted or not.
    pub longest_us: u64,
    /// When the longest ended, in milliseconds from the start of the load.
    pub longest_at_ms: u64,
}

impl Pauses {
    /// Takes note of a heartbeat that came so late.
    pub fn add(&mut self, late_us: u64, at_ms: u64) {
        self.count += u64::from(late_us > PAUSE.0 * 1000);
        if late_us > self.longest_us {
            (self.longest_us, self.longest_at_ms) = (late_us, at_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_above_ten_milliseconds_count_and_the_longest_has_its_time() {
        let mut pauses = Pauses::default();
        for (late_us, at_ms) in [(10_000, 5), (10_001, 20), (500_000, 900), (11_000, 1000)] {
            pauses.add(late_us, at_ms);
        }
        let told = (pauses.count, pauses.longest_us, pauses.longest_at_ms);
        assert_eq!(told, (3, 500_000, 900));
    }
}
