//! Threads that are busy with nothing.

use std::{
    hint::spin_loop,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::time::Instant;

use crate::faults::course::Course;

pub(super) const MAX_THREADS: u64 = 16;

/// Busy for a share of each slice; also the time until a thread notices its end.
const SLICE: Duration = Duration::from_millis(10);

/// Busy threads, until dropped.
#[derive(Debug)]
pub(super) struct Burners(Arc<AtomicBool>);

impl Drop for Burners {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Starts the threads. One that the system refuses is missing.
pub(super) fn burn(threads: u64, course: Course, since: Instant) -> Burners {
    let end = Arc::new(AtomicBool::new(false));
    for _ in 0..threads {
        let end = Arc::clone(&end);
        let burner = thread::Builder::new().name("burn".to_owned());
        let _ = burner.spawn(move || {
            while !end.load(Ordering::Relaxed) {
                let busy = SLICE.mul_f64(course.strength(since.elapsed()));
                let began = std::time::Instant::now();
                while began.elapsed() < busy {
                    spin_loop();
                }
                thread::sleep(SLICE.saturating_sub(busy));
            }
        });
    }
    Burners(end)
}
