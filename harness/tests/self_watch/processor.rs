//! Too little processor time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::run::{Finished, alone, start};
use crate::server::{Manner, Server};

/// Does something on a thread that has the first of this process's cores only. What it starts has no other either.
pub(crate) fn on_one_core<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let pinned = scope.spawn(|| {
            pin();
            work()
        });
        pinned.join().unwrap()
    })
}

fn pin() {
    let own = sched_getaffinity(None).unwrap();
    let first = (0..CpuSet::MAX_CPU).find(|n| own.is_set(*n)).unwrap();
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one).unwrap();
}

/// Threads that do nothing with all their might on that core, until it is dropped.
pub(crate) struct Hog {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Hog {
    pub(crate) fn start(threads: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let spin = |stop: Arc<AtomicBool>| {
            std::thread::spawn(move || {
                pin();
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        Self {
            threads: (0..threads).map(|_| spin(Arc::clone(&stop))).collect(),
            stop,
        }
    }
}

impl Drop for Hog {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A control group with a tenth of a core, which it gets before all others, removed with the value; `None` where none
/// can be made.
struct Quota(PathBuf);

impl Quota {
    fn of_a_tenth() -> Option<Self> {
        let name = format!("sloproof-test-{}", std::process::id());
        let made = |parent: &str, files: [(&str, &str); 2]| {
            let folder = Path::new(parent).join(&name);
            fs::create_dir(&folder).ok()?;
            let group = Self(folder);
            // Without the controller there is no such file, and the group goes again.
            let set = |(file, text)| {
                let path = group.0.join(file);
                path.exists() && fs::write(path, text).is_ok()
            };
            files.into_iter().all(set).then_some(group)
        };
        let version_2 = [("cpu.max", "10000 100000"), ("cpu.weight", "10000")];
        let version_1 = [("cpu.cfs_quota_us", "10000"), ("cpu.shares", "100000")];
        made("/sys/fs/cgroup", version_2).or_else(|| made("/sys/fs/cgroup/cpu", version_1))
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_generator_that_is_short_of_processor_time_for_longer_than_five_seconds_is_told() {
    let _alone = alone();
    // Reading crumbs takes far longer than sending them.
    let server = Server::start(Manner::Crumbs);
    let args = "-d 6500ms -c 4 -t 1";
    if let Some(quota) = Quota::of_a_tenth() {
        let procs = quota.0.join("cgroup.procs");
        let enter = format!("echo $$ > '{}' &&", procs.display());
        let run = start(&enter, &server.url(), args).finish();
        assert_short(&run, "more than 80 % of 0.1 cores for at most 5 s");
        assert_throttled(&run);
        return;
    }
    // Nothing can be throttled here, and one core is all that it may use. Where the machine is busy, that core may be
    // another's for a while, and nothing is provoked.
    let mut tries = (0..2).map(|_| on_one_core(|| start("", &server.url(), args)).finish());
    match tries.find(|run| busy_for_ms(run, 0.8) > 5000) {
        Some(run) => assert_short(&run, "more than 80 % of 1.0 cores for at most 5 s"),
        None => eprintln!("skipped: the generator never had its core to itself for 5 s"),
    }
}

/// The longest stretch of watched seconds with more than so many cores, as the ledger has it.
fn busy_for_ms(run: &Finished, cores: f64) -> u64 {
    let (mut longest, mut began) = (0, 0);
    for row in run.ledger["watch"].as_array().unwrap() {
        let until = row["until_ms"].as_u64().unwrap();
        let spun = row["spinning_cores"].as_f64().unwrap();
        if row["cpu_cores_used"].as_f64().unwrap() - spun > cores {
            longest = longest.max(until - began);
        } else {
            began = until;
        }
    }
    longest
}

/// In a closed loop nothing leaves late, so it is a warning only.
fn assert_short(run: &Finished, limit: &str) {
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    run.finding("generator/kept-up", "processor")
        .assert_warns(&["the generator was short of processor time for ", limit]);
}

fn assert_throttled(run: &Finished) {
    let generator = run.generator();
    assert_eq!(generator["cpu_cores"], 0.1, "{generator:#}");
    assert!(
        generator["throttled_times"].as_u64().unwrap() > 0,
        "{generator:#}"
    );
    run.finding("generator/undisturbed", "throttling")
        .assert_warns(&["a quota kept the generator from running for "]);
}
