//! Pauses of the process or of the whole machine, seen by a thread that should wake up on time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the heartbeat is due.
const BEAT: Duration = Duration::from_millis(10);

/// Beats until it is stopped.
#[derive(Debug)]
pub(super) struct Heartbeat {
    stop: Arc<AtomicBool>,
    longest_us: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// Starts the thread; where there is none to be had, no pause is ever seen.
    pub(super) fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let longest_us = Arc::new(AtomicU64::new(0));
        let thread = std::thread::Builder::new()
            .name("heartbeat".into())
            .spawn({
                let (stop, longest) = (Arc::clone(&stop), Arc::clone(&longest_us));
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
            longest_us,
            thread,
        }
    }

    /// The longest delay beyond the beat.
    pub(super) fn stop(mut self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        Duration::from_micros(self.longest_us.load(Ordering::Relaxed))
    }
}
