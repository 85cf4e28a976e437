//! How often.

use std::time::Duration;

/// The rhythm of waiting and writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Tries to reach the database at the start, at least one.
    pub attempts: u32,
    /// From the end of a failed try to the next one.
    pub connect_interval: Duration,
    /// From tick to tick, above zero.
    pub write_interval: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            attempts: 30,
            connect_interval: Duration::from_secs(2),
            write_interval: Duration::from_secs(1),
        }
    }
}
