//! One run of the program in a place of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const SLOPROOF: &str = env!("CARGO_BIN_EXE_sloproof");

/// How long any single run may take before it is given up as hanging.
const LIMIT: Duration = Duration::from_mins(4);

/// One test at a time: the machine is small, and the tests measure it.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The pinned tools, found or built once, as the variables that name them.
fn tools() -> &'static BTreeMap<String, String> {
    static TOOLS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let output = Command::new(SLOPROOF)
            .args(["stack", "install"])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                (
                    format!("SLOPROOF_{}", words[0].to_uppercase()),
                    words[2].to_owned(),
                )
            })
            .collect()
    })
}

/// The binary of a pinned tool.
pub(crate) fn tool(name: &str) -> PathBuf {
    PathBuf::from(&tools()[&format!("SLOPROOF_{}", name.to_uppercase())])
}

/// A place without a stack, and nothing in it that is not this test's.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for sub in ["cache", "tmp", "runs"] {
            fs::create_dir(dir.path().join(sub)).unwrap();
        }
        Self { dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The program with its cache and temporary directory in this place.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(SLOPROOF);
        command
            .args(args)
            .current_dir(repository())
            .envs(tools())
            .env("XDG_CACHE_HOME", self.path().join("cache"))
            .env("TMPDIR", self.path().join("tmp"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `sloproof run SCENARIO`, started.
    pub(crate) fn start(&self, scenario: &str, more: &[&str]) -> Running {
        let out = self.path().join("runs");
        let mut args = vec!["run", scenario, "--out", out.to_str().unwrap()];
        args.extend(more);
        let mut child = self.command(&args).spawn().unwrap();
        let drain = |mut pipe: Box<dyn std::io::Read + Send>| {
            std::thread::spawn(move || {
                let mut text = String::new();
                let _ = pipe.read_to_string(&mut text);
                text
            })
        };
        let stdout = drain(Box::new(child.stdout.take().unwrap()));
        let stderr = drain(Box::new(child.stderr.take().unwrap()));
        Running {
            child,
            stdout: Some(stdout),
            stderr: Some(stderr),
            tmp: self.path().join("tmp"),
            runs: out,
        }
    }

    /// Runs a scenario to its end.
    pub(crate) fn run(&self, scenario: &str) -> Finished {
        self.start(scenario, &[]).finish()
    }

    /// Runs a scenario until it is not INVALID, three times at most.
    pub(crate) fn run_patiently(scenario: &str) -> (Self, Finished) {
        let (place, (), finished) = patiently(scenario, || {
            let place = Self::new();
            let finished = place.run(scenario);
            (place, (), finished)
        });
        (place, finished)
    }
}

/// A stack that a failed test left up is stopped with its place.
impl Drop for Place {
    fn drop(&mut self) {
        if self.path().join("cache/sloproof/stack.json").exists() {
            let _ = self.command(&["stack", "down"]).output();
        }
    }
}

/// Repeats a run that came out INVALID because the machine was busy, twice at most, and says so.
pub(crate) fn patiently<T>(
    what: &str,
    mut run: impl FnMut() -> (Place, T, Finished),
) -> (Place, T, Finished) {
    for attempt in 1..3 {
        let (place, more, finished) = run();
        if finished.code != 3 {
            return (place, more, finished);
        }
        // Straight to the stream: what a passing test prints is otherwise swallowed.
        let _ = writeln!(
            std::io::stderr(),
            "{what} came out INVALID (attempt {attempt} of 3), repeating it:\n{}",
            finished.stdout
        );
    }
    run()
}

/// A run under way.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
    tmp: PathBuf,
    runs: PathBuf,
}

impl Running {
    /// Process ids of the run's own stack by component, once all are ready.
    pub(crate) fn stack_pids(&mut self) -> BTreeMap<String, u32> {
        self.wait_for("the stack", |run| {
            let dir = fs::read_dir(&run.tmp).ok()?.flatten().find(|e| {
                e.file_name()
                    .to_string_lossy()
                    .starts_with("sloproof-stack-")
            })?;
            let state: Value =
                serde_json::from_str(&fs::read_to_string(dir.path().join("stack.json")).ok()?)
                    .ok()?;
            if state["phase"] != "ready" {
                return None;
            }
            let components = state["components"].as_array()?;
            components
                .iter()
                .map(|c| {
                    Some((
                        c["component"].as_str()?.to_owned(),
                        u32::try_from(c["process"]["pid"].as_u64()?).ok()?,
                    ))
                })
                .collect()
        })
    }

    /// Waits until the load has been recorded for this long.
    pub(crate) fn wait_for_load(&mut self, length: Duration) {
        self.wait_for("the interval log", |run| {
            run.run_dir().filter(|d| d.join("latency.hlog").exists())
        });
        std::thread::sleep(length);
    }

    fn run_dir(&self) -> Option<PathBuf> {
        Some(fs::read_dir(&self.runs).ok()?.flatten().next()?.path())
    }

    fn wait_for<T>(&mut self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let over = self.child.try_wait().unwrap().is_some()
                || started.elapsed() > Duration::from_mins(1);
            assert!(
                !over,
                "the run ended, or a minute passed, before {what} was there"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal to the program itself.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Finished {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > LIMIT {
                self.child.kill().unwrap();
                panic!("the run hangs:\n{}", said(&mut self.stderr));
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        let dir = self.run_dir();
        Finished {
            code: status.code().expect("ended by itself"),
            stdout: said(&mut self.stdout),
            stderr: said(&mut self.stderr),
            report: dir
                .as_ref()
                .and_then(|d| serde_json::from_slice(&fs::read(d.join("report.json")).ok()?).ok()),
            dir,
        }
    }
}

/// Everything that was said on a stream whose other end is closed.
fn said(stream: &mut Option<JoinHandle<String>>) -> String {
    stream
        .take()
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default()
}

/// A run that a failed test left under way is stopped at once: two requests, and it cleans up and ends.
impl Drop for Running {
    fn drop(&mut self) {
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            let pid = self.child.id().to_string();
            let _ = Command::new("kill").args(["-TERM", &pid]).status();
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A run that is over.
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) dir: Option<PathBuf>,
    report: Option<Value>,
}

impl Finished {
    pub(crate) fn dir(&self) -> &Path {
        self.dir
            .as_deref()
            .unwrap_or_else(|| panic!("no run directory:\n{}", self.stderr))
    }

    pub(crate) fn report(&self) -> &Value {
        self.report
            .as_ref()
            .unwrap_or_else(|| panic!("no report:\n{}\n{}", self.stdout, self.stderr))
    }

    /// The exit code, or everything the run said.
    pub(crate) fn assert_code(&self, code: i32) {
        assert_eq!(self.code, code, "\n{}\n{}", self.stderr, self.stdout);
    }

    /// Ids of the checks with a finding of this status that weighs.
    pub(crate) fn checks(&self, status: &str) -> BTreeSet<String> {
        let findings = self.report()["findings"].as_array().unwrap();
        findings
            .iter()
            .filter(|f| f["status"] == status && f["severity"] == "error")
            .map(|f| f["check"].as_str().unwrap().to_owned())
            .collect()
    }

    /// planned = Σ outcomes, in every cell of the ledger.
    pub(crate) fn assert_every_arrival_is_accounted_for(&self) {
        let ledger: Value =
            serde_json::from_slice(&fs::read(self.dir().join("ledger.json")).unwrap()).unwrap();
        let mut total = 0;
        for cell in ledger["cells"].as_array().unwrap() {
            let outcomes = cell["outcomes"].as_object().unwrap();
            let completed: u64 = outcomes["completed"]
                .as_object()
                .unwrap()
                .values()
                .map(|n| n.as_u64().unwrap())
                .sum();
            let others: u64 = outcomes.values().filter_map(Value::as_u64).sum();
            assert_eq!(cell["planned"], completed + others, "{cell}");
            total += completed + others;
        }
        assert_eq!(ledger["generator"]["planned"], total);
    }
}

/// Sends a signal to one process by its id.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill -{name} {pid}");
}

/// No process of the run's stack is left, and nothing in its temporary directory.
pub(crate) fn assert_nothing_is_left(place: &Place, pids: &BTreeMap<String, u32>) {
    for (component, pid) in pids {
        let command = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let is_ours =
            ["prometheus", "alertmanager", "loki", "target-service"].contains(&command.trim());
        assert!(!is_ours, "{component} (pid {pid}) still runs");
    }
    let left: Vec<PathBuf> = fs::read_dir(place.path().join("tmp"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}
