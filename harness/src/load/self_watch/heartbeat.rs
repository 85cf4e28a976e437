//! A thread that should wake up on time: how late it does tells of pauses, and now and then it looks at the load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::samples::Samples;
use crate::ledger::{Pauses, WatchRow};
use crate::load::Progress;

/// How often the heartbeat is due; well below the pause that counts, and seldom enough not to disturb.
const BEAT: Duration = Duration::from_millis(2);

/// Beats until it is stopped.
#[derive(Debug)]
pub(super) struct Heartbeat {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Seen>>,
}

/// What it saw from the start of the load to its end.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) pauses: Pauses,
    pub(super) rows: Vec<WatchRow>,
}

impl Heartbeat {
    /// Starts the thread; where there is none to be had, nothing is ever seen. The load begins at `began`, and no
    /// arrival is due after `length`.
    pub(super) fn start(began: Instant, length: Duration, progress: Arc<Progress>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new()
            .name("heartbeat".into())
            .spawn({
                let stop = Arc::clone(&stop);
                move || beat(&stop, began, length, &progress)
            })
            .ok();
        Self { stop, thread }
    }

    /// What it saw; `None` if there was no thread.
    pub(super) fn stop(mut self) -> Option<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }
}

fn beat(stop: &AtomicBool, began: Instant, length: Duration, progress: &Progress) -> Seen {
    let mut pauses = Pauses::default();
    let mut last = Instant::now();
    // A pause before the load disturbs nothing.
    while last < began && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(BEAT.min(began - last));
        last = Instant::now();
    }
    let mut samples = Samples::start(length, progress);
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(BEAT);
        let now = Instant::now();
        let late = (now - last).saturating_sub(BEAT);
        last = now;
        let at = now.saturating_duration_since(began);
        pauses.add(late.as_micros() as u64, at.as_millis() as u64);
        samples.look(at, progress);
    }
    Seen {
        pauses,
        rows: samples.finish(began.elapsed(), progress),
    }
}
