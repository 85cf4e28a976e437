//! Too little processor time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::run::{alone, start};
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

/// A control group with a fifth of a core, removed with the value; `None` where none can be made.
struct Quota(PathBuf);

impl Quota {
    fn of_a_fifth() -> Option<Self> {
        let name = format!("sloproof-test-{}", std::process::id());
        let made = |parent: &str, files: &[(&str, &str)]| {
            let folder = Path::new(parent).join(&name);
            fs::create_dir(&folder).ok()?;
            let group = Self(folder);
            // Without the controller there is no such file, and the group goes again.
            let set = |(file, text): &(&str, &str)| {
                let path = group.0.join(file);
                path.exists() && fs::write(path, text).is_ok()
            };
            files.iter().all(set).then_some(group)
        };
        made("/sys/fs/cgroup", &[("cpu.max", "20000 100000")]).or_else(|| {
            let files = [
                ("cpu.cfs_period_us", "100000"),
                ("cpu.cfs_quota_us", "20000"),
            ];
            made("/sys/fs/cgroup/cpu", &files)
        })
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn more_than_eighty_percent_of_what_it_may_use_for_longer_than_five_seconds_is_told() {
    let _alone = alone();
    let server = Server::start(Manner::Crumbs);
    // Reading crumbs takes far longer than sending them, so the one core is the generator's.
    let run = on_one_core(|| start("", &server.url(), "-d 6500ms -c 4 -t 1")).finish();
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.generator()["cpu_cores"], 1.0);
    run.finding("generator/kept-up", "processor")
        .assert_warns(&[
            "the generator was short of processor time for ",
            "more than 80 % of 1.0 cores for at most 5 s",
        ]);
}

#[test]
fn a_quota_that_is_used_up_is_told() {
    let _alone = alone();
    let Some(quota) = Quota::of_a_fifth() else {
        eprintln!("skipped: no control group can be made here, so nothing can be throttled");
        return;
    };
    let server = Server::start(Manner::Crumbs);
    let procs = quota.0.join("cgroup.procs");
    let enter = format!("echo $$ > '{}' &&", procs.display());
    let run = start(&enter, &server.url(), "-d 1s -c 4 -t 1").finish();
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let generator = run.generator();
    assert_eq!(generator["cpu_cores"], 0.2, "{generator:#}");
    assert!(
        generator["throttled_times"].as_u64().unwrap() > 0,
        "{generator:#}"
    );
    run.finding("generator/undisturbed", "throttling")
        .assert_warns(&["a quota kept the generator from running for "]);
}
