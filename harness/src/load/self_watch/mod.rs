//! The instrument watches itself and its machine while it measures. Facts only; `verify::generator` judges them.

mod groups;
mod heartbeat;
mod processor;
mod samples;
mod sharing;
mod theft;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Progress;
use crate::ledger::{Pauses, WatchRow};
use groups::{Groups, Throttled};
use heartbeat::Heartbeat;
pub use sharing::Sharing;

/// Runs from `start` to `stop`.
#[derive(Debug)]
pub struct SelfWatch {
    heartbeat: Heartbeat,
    started: Instant,
    cpu: Duration,
    machine: Option<theft::Ticks>,
    groups: Groups,
    throttled: Option<Throttled>,
}

/// What the watch saw. `None` where the system does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfReport {
    /// Processor time used per second, in cores.
    pub cpu_cores_used: Option<f64>,
    /// Cores this process may use: its quota, or its processors if they are fewer.
    pub cpu_cores: Option<f64>,
    /// Late heartbeats during the load.
    pub pauses: Option<Pauses>,
    /// Share of the machine's time that its host gave to others.
    pub steal: Option<f64>,
    /// How long a quota kept the control groups of this process from running. `None` without a quota.
    pub throttled: Option<Duration>,
    /// How often.
    pub throttled_times: Option<u64>,
    /// The load second by second.
    pub rows: Vec<WatchRow>,
}

impl SelfWatch {
    /// Starts the heartbeat, and reads the counters for the first time. The load begins at `began`; no arrival is due
    /// later than `length` after it.
    pub fn start(began: Instant, length: Duration, progress: Arc<Progress>) -> Self {
        let groups = Groups::of_this_process();
        Self {
            heartbeat: Heartbeat::start(began, length, progress),
            started: Instant::now(),
            cpu: processor::time(),
            machine: theft::ticks(),
            throttled: groups.throttled(),
            groups,
        }
    }

    /// Stops and reports.
    pub fn stop(self) -> SelfReport {
        let seen = self.heartbeat.stop();
        let elapsed = self.started.elapsed().as_secs_f64();
        let used = processor::time().saturating_sub(self.cpu).as_secs_f64();
        let processors = processor::allowed().map(f64::from);
        let throttled = self.throttled.zip(self.groups.throttled());
        SelfReport {
            cpu_cores_used: (elapsed > 0.0).then(|| used / elapsed),
            cpu_cores: [processors, self.groups.quota()]
                .into_iter()
                .flatten()
                .reduce(f64::min),
            pauses: seen.as_ref().map(|seen| seen.pauses),
            steal: self
                .machine
                .zip(theft::ticks())
                .and_then(|(before, now)| now.stolen_since(before)),
            throttled: throttled.map(|(before, now)| now.time.saturating_sub(before.time)),
            throttled_times: throttled.map(|(before, now)| now.times.saturating_sub(before.times)),
            rows: seen.map_or_else(Vec::new, |seen| seen.rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watch_reports_cores_pauses_and_a_row() {
        let progress = Arc::new(Progress::new(1));
        let report = SelfWatch::start(Instant::now(), Duration::ZERO, progress).stop();
        assert!(report.cpu_cores.is_some_and(|n| n > 0.0));
        assert!(report.cpu_cores_used.is_some_and(|n| n >= 0.0));
        assert!(report.pauses.is_some());
        assert!(!report.rows.is_empty());
    }
}
