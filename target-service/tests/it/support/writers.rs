//! Writes without a pause, and what of them was acknowledged.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::raw_http;

const WRITERS: usize = 4;
/// Only reached when the service hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// Threads that each put one new entry after the other; the value is the key.
pub(crate) struct Writers {
    acknowledged: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Begins to write; the keys begin with `name`.
    pub(crate) fn start(address: SocketAddr, name: &str) -> Self {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..WRITERS).map(|writer| {
            let (name, acknowledged, stop) = (
                format!("{name}-{writer}"),
                Arc::clone(&acknowledged),
                Arc::clone(&stop),
            );
            thread::spawn(move || {
                let keys = (0..).map(|n| format!("{name}-{n}"));
                for key in keys.take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let put = raw_http(address, "PUT", &format!("/v1/kv/{key}"), &key);
                    if put.is_ok_and(|(status, _)| status == 204) {
                        acknowledged.lock().expect("no panic").push(key);
                    }
                }
            })
        });
        let threads = threads.collect();
        Self {
            acknowledged,
            stop,
            threads,
        }
    }

    /// Entries acknowledged so far.
    pub(crate) fn count(&self) -> usize {
        self.acknowledged.lock().expect("no panic").len()
    }

    /// Waits for so many more; tells how long it took.
    pub(crate) fn wait_for(&self, more: usize) -> Duration {
        let (begin, wanted) = (Instant::now(), self.count() + more);
        while self.count() < wanted {
            assert!(begin.elapsed() < LIMIT, "{} of {wanted}", self.count());
            thread::sleep(Duration::from_millis(1));
        }
        begin.elapsed()
    }

    /// Ends; every key whose write was acknowledged.
    pub(crate) fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("no panic");
        }
        let mut acknowledged = self.acknowledged.lock().expect("no panic");
        std::mem::take(&mut acknowledged)
    }
}

/// Reads every key, all of which must be there.
pub(crate) fn assert_kept(address: SocketAddr, keys: &[String]) {
    for key in keys {
        let found = raw_http(address, "GET", &format!("/v1/kv/{key}"), "");
        let (status, value) = found.expect("an answer");
        assert_eq!(
            (status, &value),
            (200, key),
            "an acknowledged write is lost"
        );
    }
}
