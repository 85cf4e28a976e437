//! The instrument watches itself: processor time used, and pauses of the whole machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the heartbeat is due.
const BEAT: Duration = Duration::from_millis(10);

/// Runs from `start` to `stop`.
#[derive(Debug)]
pub struct SelfWatch {
    stop: Arc<AtomicBool>,
    longest_pause_us: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
    started: Instant,
    cpu_at_start: Option<Duration>,
}

/// What the watch saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfReport {
    /// Processor time used per second, in cores; `None` where the system does not tell.
    pub cpu_cores_used: Option<f64>,
    /// Cores this process may use.
    pub cpu_cores: Option<f64>,
    /// The longest heartbeat delay.
    pub longest_pause: Duration,
}

impl SelfWatch {
    /// Starts the heartbeat thread; without one (no thread to be had) only processor time is watched.
    pub fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let longest_pause_us = Arc::new(AtomicU64::new(0));
        let thread = std::thread::Builder::new()
            .name("heartbeat".into())
            .spawn({
                let (stop, longest) = (Arc::clone(&stop), Arc::clone(&longest_pause_us));
                move || {
                    let mut last = Instant::now();
                    while !stop.load(Ordering::Relaxed) {
                        std::thread::sleep(BEAT);
                        let late = last.elapsed().saturating_sub(BEAT);
                        longest.fetch_max(late.as_micros() as u64, Ordering::Relaxed);
                        last = Instant::now();
                    }
                }
            })
            .ok();
        Self {
            stop,
            longest_pause_us,
            thread,
            started: Instant::now(),
            cpu_at_start: cpu_time(),
        }
    }

    /// Stops and reports.
    pub fn stop(mut self) -> SelfReport {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let elapsed = self.started.elapsed().as_secs_f64();
        let used = self
            .cpu_at_start
            .zip(cpu_time())
            .map(|(before, now)| now.saturating_sub(before).as_secs_f64());
        SelfReport {
            cpu_cores_used: used.filter(|_| elapsed > 0.0).map(|used| used / elapsed),
            cpu_cores: std::thread::available_parallelism()
                .ok()
                .map(|n| n.get() as f64),
            longest_pause: Duration::from_micros(self.longest_pause_us.load(Ordering::Relaxed)),
        }
    }
}

/// User and system time of this process. Linux only; its clock tick has been 1/100 s on every architecture for decades.
fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The command name may hold spaces and parentheses: count fields after the last one.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watch_reports_cores_and_a_pause() {
        let watch = SelfWatch::start();
        let report = watch.stop();
        assert!(report.cpu_cores.is_some_and(|n| n >= 1.0));
        assert!(report.longest_pause < Duration::from_hours(1));
    }
}
