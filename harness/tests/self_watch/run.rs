//! One `sloproof load`, and its report.

use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const SLOPROOF: &str = env!("CARGO_BIN_EXE_sloproof");

/// One test at a time: each disturbs the machine.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for something that comes soon, or gives up.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `sloproof load URL ARGS`, begun by a shell that first does `before`; killed if the test gives up.
pub(crate) struct Running {
    child: Option<Child>,
    folder: tempfile::TempDir,
}

/// A load that is over.
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Run directories left behind.
    pub(crate) runs: usize,
    /// The ledger of the only one; null if there is none.
    pub(crate) ledger: Value,
}

/// Runs `sloproof load URL ARGS`.
pub(crate) fn load(url: &str, args: &str) -> Finished {
    start("", url, args).finish()
}

/// Starts it in a shell, after `before`: empty, or words that end in `&&`.
pub(crate) fn start(before: &str, url: &str, args: &str) -> Running {
    start_by(&format!("{before} exec"), url, args)
}

/// Starts it in a shell by words that run a program that they are given.
pub(crate) fn start_by(words: &str, url: &str, args: &str) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("{words} \"$0\" load \"$1\" --json --out runs {args}");
    let child = Command::new("sh")
        .args(["-c", &script, SLOPROOF, url])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Running {
        child: Some(child),
        folder,
    }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub(crate) fn finish(mut self) -> Finished {
        let output: Output = self.child.take().unwrap().wait_with_output().unwrap();
        let folder = self.folder.path().join("runs");
        let runs: Vec<_> = std::fs::read_dir(folder).map_or_else(
            |_| vec![],
            |runs| runs.map(|run| run.unwrap().path()).collect(),
        );
        let ledger = runs
            .first()
            .map(|run| std::fs::read(run.join("ledger.json")).unwrap());
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            runs: runs.len(),
            ledger: ledger.map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Finished {
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// The finding of a check about a subject.
    pub(crate) fn finding(&self, check: &str, subject: &str) -> Finding {
        let report = self.report();
        let findings = report["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .find(|f| f["check"] == check && f["subject"] == subject);
        Finding(
            found
                .unwrap_or_else(|| panic!("no {check} {subject}:\n{report:#}"))
                .clone(),
        )
    }

    /// What the instrument says of itself.
    pub(crate) fn generator(&self) -> Value {
        self.report()["instrument"]["generator"].clone()
    }

    /// INVALID, and the report says so.
    pub(crate) fn assert_invalid(&self) {
        assert_eq!(self.code, Some(3), "{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.report()["verdict"]["outcome"], "invalid");
    }

    /// PASS, unless this machine was so busy that requests left late.
    pub(crate) fn assert_passed_unless_late(&self) {
        self.assert_code_unless_late(0);
    }

    /// This exit code, unless this machine was so busy that requests left late.
    pub(crate) fn assert_code_unless_late(&self, code: i32) {
        let late = self.finding("generator/kept-up", "schedule delay");
        if late.0["status"] == "inconclusive" {
            self.assert_invalid();
        } else {
            assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        }
    }
}

/// One finding of the report.
#[derive(Debug)]
pub(crate) struct Finding(pub(crate) Value);

impl Finding {
    fn assert(&self, status: &str, severity: &str, words: &[&str]) {
        assert_eq!(self.0["status"], status, "{:#}", self.0);
        assert_eq!(self.0["severity"], severity, "{:#}", self.0);
        let texts = ["summary", "expected", "observed", "hint"].map(|key| self.0[key].to_string());
        for word in words {
            assert!(
                texts.iter().any(|text| text.contains(word)),
                "no `{word}`: {:#}",
                self.0
            );
        }
    }

    /// It makes the run INVALID, in these words.
    pub(crate) fn assert_invalidates(&self, words: &[&str]) {
        self.assert("inconclusive", "error", words);
    }

    /// It warns, in these words. Where arrivals were lost, it weighs more.
    pub(crate) fn assert_warns(&self, words: &[&str]) {
        self.assert("inconclusive", "warning", words);
    }
}
