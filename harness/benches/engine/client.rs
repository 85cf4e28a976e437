//! Runs a tool on the client's core and sees what it costs.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Linux counts processor time in these, on every architecture for decades.
const TICKS_PER_SECOND: f64 = 100.0;

/// How the comparison is run.
pub(crate) struct Bench {
    /// How often each tool runs.
    pub(crate) rounds: usize,
    /// How long each time.
    pub(crate) seconds: u64,
    /// The server runs there.
    pub(crate) server_core: usize,
    /// The clients run there, one after the other.
    pub(crate) client_core: usize,
    realtime: bool,
    /// What the tools write, gone when the benchmark ends.
    pub(crate) scratch: tempfile::TempDir,
}

/// What a run of a tool cost.
pub(crate) struct Spent {
    /// What it printed.
    pub(crate) output: String,
    /// Processor seconds of the whole process, from its start to its end.
    pub(crate) cpu_seconds: f64,
    /// The most memory it held, in MiB; `None` if it was too short to see.
    pub(crate) peak_mib: Option<f64>,
    /// The tool itself says that its numbers are not to be trusted; only sloproof ever does.
    pub(crate) invalid: bool,
}

/// How sloproof ends when it does not trust its own measurement.
const INVALID: i32 = 3;

impl Bench {
    pub(crate) fn new() -> io::Result<Self> {
        let number = |name: &str, otherwise: u64| {
            let value = std::env::var(name).ok();
            value.and_then(|v| v.parse().ok()).unwrap_or(otherwise)
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if cores < 2 {
            return Err(io::Error::other(
                "the comparison needs two cores: the server on one, the client on the other",
            ));
        }
        let realtime = number("ENGINE_REALTIME", 0) == 1;
        let limit = fs::read_to_string("/proc/sys/kernel/sched_rt_runtime_us").unwrap_or_default();
        if realtime && limit.trim() != "-1" {
            println!(
                "the kernel stops real-time programs for a part of each second: sysctl -w kernel.sched_rt_runtime_us=-1"
            );
        }
        Ok(Self {
            rounds: number("ENGINE_ROUNDS", 5).max(1) as usize,
            seconds: number("ENGINE_SECONDS", 4).max(1),
            server_core: 0,
            client_core: 1,
            realtime,
            scratch: tempfile::tempdir()?,
        })
    }

    /// Machine and method, in a few words.
    pub(crate) fn describe(&self) -> String {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("unknown processor", |(_, model)| model);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let realtime = if self.realtime {
            "; both under the real-time scheduler"
        } else {
            ""
        };
        format!(
            "{model}, {cores} cores, Linux {}; server on core {}, clients on core {}, {} rounds of {} s, medians{realtime}",
            kernel.trim(),
            self.server_core,
            self.client_core,
            self.rounds,
            self.seconds
        )
    }

    /// A command that stays on one core.
    pub(crate) fn pinned(&self, core: usize, program: impl AsRef<OsStr>) -> Command {
        let mut command = if self.realtime {
            let mut command = Command::new("chrt");
            command.args(["-r", "10", "taskset"]);
            command
        } else {
            Command::new("taskset")
        };
        command.arg("-c").arg(core.to_string()).arg(program);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs a tool to its end.
    pub(crate) fn measure(&self, program: &Path, arguments: &[String]) -> io::Result<Spent> {
        let printed = self.scratch.path().join("output");
        let mut child = self
            .pinned(self.client_core, program)
            .args(arguments)
            .stdout(fs::File::create(&printed)?)
            .spawn()?;
        let (mut peak_mib, mut cpu_seconds) = (None, 0.0);
        // A process that has ended keeps its times until somebody waits for it.
        while let Some((state, seconds)) = cpu_time(child.id()) {
            cpu_seconds = seconds;
            if state == 'Z' {
                break;
            }
            peak_mib = peak_memory(child.id()).or(peak_mib);
            std::thread::sleep(Duration::from_millis(20));
        }
        let status = child.wait()?;
        let mut output = String::new();
        fs::File::open(&printed)?.read_to_string(&mut output)?;
        let invalid = status.code() == Some(INVALID);
        if !status.success() && !invalid {
            let beginning: String = output.chars().take(1000).collect();
            return Err(io::Error::other(format!(
                "{} {} ended with {status}:\n{beginning}",
                program.display(),
                arguments.join(" ")
            )));
        }
        Ok(Spent {
            output,
            cpu_seconds,
            peak_mib,
            invalid,
        })
    }
}

/// Where a program is found on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// State and processor seconds of a process (proc(5): fields 3, 14 and 15 of `stat`).
pub(crate) fn cpu_time(pid: u32) -> Option<(char, f64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    let state = fields.first()?.chars().next()?;
    Some((state, (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND))
}

fn peak_memory(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}
