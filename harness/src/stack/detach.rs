//! Starting a supervisor in the background.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::error::StackError;
use super::log;
use super::process::ProcessRef;
use super::state::{self, Phase, State};

const POLL: Duration = Duration::from_millis(50);

const LOG_LINES: usize = 20;

/// How long a supervisor that is too slow may take to clean up.
const END_LIMIT: Duration = Duration::from_secs(20);

/// A supervisor to start: a program that calls [`supervise`](super::supervise()) with the same
/// state file.
#[derive(Debug, Clone)]
pub struct Detached {
    /// The program, usually the running one.
    pub exe: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables added to its environment.
    pub env: Vec<(OsString, OsString)>,
    /// Where it records its stack.
    pub state_file: PathBuf,
    /// What it prints is added here.
    pub log: PathBuf,
    /// How long it may take until the stack is ready. Tools should have been located before.
    pub limit: Duration,
}

/// Starts a supervisor in a process group of its own and returns its state when all components are
/// ready. The supervisor goes on when this process ends. If it fails, nothing is left behind but
/// its log; if the future is dropped, the supervisor is told to end.
pub async fn detach(supervisor: &Detached) -> Result<State, StackError> {
    let log_offset = log::size(&supervisor.log);
    let mut running = Running::spawn(supervisor).map_err(|source| StackError::Detach {
        exe: supervisor.exe.clone(),
        source,
    })?;
    let deadline = Instant::now() + supervisor.limit;
    let last_lines = || log::tail_since(&supervisor.log, log_offset, LOG_LINES);
    loop {
        // The state first: a supervisor that is ready and then dies was ready.
        if let Some(state) = running.ready_state(&supervisor.state_file)? {
            running.wanted = true;
            return Ok(state);
        }
        if let Ok(Some(status)) = running.child.try_wait() {
            return Err(StackError::SupervisorEnded {
                status: status.to_string(),
                log: supervisor.log.clone(),
                text: last_lines(),
            });
        }
        if Instant::now() >= deadline {
            running.end().await;
            return Err(StackError::SupervisorSlow {
                seconds: supervisor.limit.as_secs(),
                log: supervisor.log.clone(),
                text: last_lines(),
            });
        }
        sleep(POLL).await;
    }
}

/// A supervisor that isn't ready yet. Told to end when dropped, unless it is wanted by then.
struct Running {
    child: Child,
    wanted: bool,
}

impl Running {
    fn spawn(supervisor: &Detached) -> io::Result<Self> {
        if let Some(folder) = supervisor.log.parent() {
            fs::create_dir_all(folder)?;
        }
        // Appended: another supervisor that still runs may be writing to it.
        let log = File::options()
            .create(true)
            .append(true)
            .open(&supervisor.log)?;
        let child = Command::new(&supervisor.exe)
            .args(&supervisor.args)
            .envs(supervisor.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()?;
        Ok(Self {
            child,
            wanted: false,
        })
    }

    /// The state, if it is this supervisor's and ready. A stale file of an earlier one is passed
    /// over.
    fn ready_state(&self, state_file: &Path) -> Result<Option<State>, StackError> {
        let pid = self.child.id();
        let state = state::load(state_file)?;
        Ok(state.filter(|state| state.supervisor.pid == pid && state.phase == Phase::Ready))
    }

    fn signal(&self, signal: Signal) {
        // Not waited for yet, so the id is still its own.
        if let Some(process) = ProcessRef::of(self.child.id()) {
            process.signal(signal);
        }
    }

    async fn end(&mut self) {
        self.signal(Signal::TERM);
        let process = ProcessRef::of(self.child.id());
        if let Some(process) = process
            && !process.gone_within(END_LIMIT).await
        {
            self.signal(Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.wanted && matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::TERM);
        }
    }
}
