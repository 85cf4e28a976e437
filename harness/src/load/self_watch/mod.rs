//! The instrument watches itself and its machine while it measures. Facts only; `verify::generator` judges them.

mod heartbeat;
mod processor;
mod theft;
mod throttling;

use std::time::{Duration, Instant};

use heartbeat::Heartbeat;

/// Runs from `start` to `stop`.
#[derive(Debug)]
pub struct SelfWatch {
    heartbeat: Heartbeat,
    started: Instant,
    cpu: Option<Duration>,
    machine: Option<theft::Ticks>,
    throttled: Option<Duration>,
}

/// What the watch saw. `None` where the system does not tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfReport {
    /// Processor time used per second, in cores.
    pub cpu_cores_used: Option<f64>,
    /// Cores this process may use.
    pub cpu_cores: Option<f64>,
    /// The longest heartbeat delay.
    pub longest_pause: Duration,
    /// Share of the machine's time that its host gave to others.
    pub steal: Option<f64>,
    /// How long the control group of this process was kept from running by its quota.
    pub throttled: Option<Duration>,
}

impl SelfWatch {
    /// Starts the heartbeat, and reads the counters for the first time.
    pub fn start() -> Self {
        Self {
            heartbeat: Heartbeat::start(),
            started: Instant::now(),
            cpu: processor::time(),
            machine: theft::ticks(),
            throttled: throttling::time(),
        }
    }

    /// Stops and reports.
    pub fn stop(self) -> SelfReport {
        let longest_pause = self.heartbeat.stop();
        let elapsed = self.started.elapsed().as_secs_f64();
        let used = self
            .cpu
            .zip(processor::time())
            .map(|(before, now)| now.saturating_sub(before).as_secs_f64());
        SelfReport {
            cpu_cores_used: used.filter(|_| elapsed > 0.0).map(|used| used / elapsed),
            cpu_cores: std::thread::available_parallelism()
                .ok()
                .map(|n| n.get() as f64),
            longest_pause,
            steal: self
                .machine
                .zip(theft::ticks())
                .and_then(|(before, now)| now.stolen_since(before)),
            throttled: self
                .throttled
                .zip(throttling::time())
                .map(|(before, now)| now.saturating_sub(before)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watch_reports_cores_and_a_pause() {
        let report = SelfWatch::start().stop();
        assert!(report.cpu_cores.is_some_and(|n| n >= 1.0));
        assert!(report.longest_pause < Duration::from_hours(1));
    }

    #[test]
    fn work_is_seen_as_processor_time() {
        let watch = SelfWatch::start();
        let before = processor::time();
        // Until the coarse clock of the system has moved.
        while processor::time() == before && before.is_some() {
            std::hint::spin_loop();
        }
        let report = watch.stop();
        assert_eq!(report.cpu_cores_used.is_some(), before.is_some());
        assert!(report.cpu_cores_used.is_none_or(|used| used > 0.0));
    }
}
