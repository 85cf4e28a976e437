//! One run of `sloproof load` in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sloproof::ledger::{Ledger, OutcomeCounts};
use tempfile::TempDir;

/// How long anything may take before it counts as hanging.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// A run under way; killed if the test gives it up.
pub(crate) struct Program {
    folder: TempDir,
    child: Child,
    lines: Receiver<String>,
    told: Vec<String>,
}

/// A run that is over.
pub(crate) struct Ended {
    folder: TempDir,
    pub(crate) code: Option<i32>,
    pub(crate) told: String,
}

impl Program {
    /// `sloproof load ARGS` in a folder with these files.
    pub(crate) fn start(args: &[&str], files: &[(&str, &str)]) -> Self {
        Self::start_with(args, files, &[])
    }

    /// The same with variables of the environment.
    pub(crate) fn start_with(
        args: &[&str],
        files: &[(&str, &str)],
        variables: &[(&str, &str)],
    ) -> Self {
        Self::command("load", args, files, variables)
    }

    /// `sloproof run FILE`, of a scenario that needs no stack.
    pub(crate) fn run(file: &str, files: &[(&str, &str)]) -> Self {
        Self::command("run", &[file], files, &[])
    }

    fn command(
        command: &str,
        args: &[&str],
        files: &[(&str, &str)],
        variables: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_sloproof"))
            .arg(command)
            .args(args)
            .args(["--out", "runs"])
            .envs(variables.iter().copied())
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            folder,
            child,
            lines,
            told: Vec::new(),
        }
    }

    /// Waits for a line on standard error.
    pub(crate) fn await_line(&mut self, part: &str) {
        let end = Instant::now() + LIMIT;
        while !self.told.iter().any(|line| line.contains(part)) {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("no `{part}` in {:?}", self.told));
            self.told.push(line);
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let end = Instant::now() + LIMIT;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(Instant::now() < end, "it hangs: {:?}", self.told);
            std::thread::sleep(Duration::from_millis(10));
        };
        self.told.extend(self.lines.iter());
        Ended {
            folder: std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap()),
            code,
            told: self.told.join("\n"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The directories of its runs.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        let runs = std::fs::read_dir(self.folder.path().join("runs"));
        let runs = runs.into_iter().flatten();
        runs.map(|entry| entry.unwrap().path()).collect()
    }

    fn file(&self, name: &str) -> String {
        let runs = self.runs();
        assert_eq!(runs.len(), 1, "{runs:?}\n{}", self.told);
        let path = runs[0].join(name);
        let read = std::fs::read_to_string(&path);
        read.unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.told))
    }

    /// Its ledger, after a look at the law: one outcome for each planned arrival, cell by cell, second by second, and
    /// in the generator's own count.
    pub(crate) fn ledger(&self) -> Ledger {
        let ledger: Ledger = serde_json::from_str(&self.file("ledger.json")).unwrap();
        for cell in &ledger.cells {
            let place = format!("{} in {}", cell.route, cell.phase);
            assert_eq!(cell.planned, cell.outcomes.total(), "{place}");
            let sent = cell.planned - cell.outcomes.not_sent;
            assert_eq!(cell.response.count(), sent, "{place}");
            let why: u64 = cell.outcomes.why_not_sent.values().sum();
            assert_eq!(why, cell.outcomes.not_sent, "{place}");
        }
        let outcomes = Ledger::sum_outcomes(&ledger.cells);
        assert_eq!(outcomes.total(), ledger.generator.planned);
        let sent = outcomes.total() - outcomes.not_sent;
        assert_eq!(sent, ledger.generator.sent);
        let of_seconds: u64 = ledger.windows.iter().map(|w| w.planned).sum();
        assert_eq!(of_seconds, outcomes.total());
        ledger
    }

    /// Outcomes of all routes, after a look at the law.
    pub(crate) fn outcomes(&self) -> OutcomeCounts {
        Ledger::sum_outcomes(&self.ledger().cells)
    }

    fn report(&self) -> serde_json::Value {
        serde_json::from_str(&self.file("report.json")).unwrap()
    }

    /// What a check found about a subject.
    pub(crate) fn finding(&self, check: &str, subject: &str) -> serde_json::Value {
        let report = self.report();
        let mut findings = report["findings"].as_array().unwrap().iter();
        let found = findings.find(|f| f["check"] == check && f["subject"] == subject);
        found.unwrap_or_else(|| panic!("{report}")).clone()
    }

    /// The exit code that its report tells.
    pub(crate) fn verdict_code(&self) -> i32 {
        let report = self.report();
        i32::try_from(report["verdict"]["exit_code"].as_i64().unwrap()).unwrap()
    }

    /// A failure before any load: nothing is left of the run.
    pub(crate) fn assert_refused(&self, told: &str) {
        assert_eq!(self.code, Some(2), "{}", self.told);
        assert!(self.told.contains(told), "{}", self.told);
        assert_eq!(self.runs(), Vec::<PathBuf>::new());
    }
}
