//! Starting a supervisor in the background.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
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

/// A supervisor to start: a program that calls [`supervise`](super::supervise()) with the same state file.
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
    /// Takes what it prints; started anew.
    pub log: PathBuf,
    /// How long it may take until the stack is ready. Tools should have been located before.
    pub limit: Duration,
}

/// Starts a supervisor in a process group of its own and returns its state when all components are ready. The
/// supervisor goes on when this process ends. If it fails, nothing is left behind but its log.
pub async fn detach(supervisor: &Detached) -> Result<State, StackError> {
    let mut child = spawn(supervisor).map_err(|source| StackError::Detach {
        exe: supervisor.exe.clone(),
        source,
    })?;
    let deadline = Instant::now() + supervisor.limit;
    loop {
        // The state first: a supervisor that is ready and then dies was ready.
        if let Some(state) = ready(supervisor, child.id())? {
            return Ok(state);
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(StackError::SupervisorEnded {
                status: status.to_string(),
                log: supervisor.log.clone(),
                text: log::tail(&supervisor.log, LOG_LINES),
            });
        }
        if Instant::now() >= deadline {
            end(&mut child).await;
            return Err(StackError::SupervisorSlow {
                seconds: supervisor.limit.as_secs(),
                log: supervisor.log.clone(),
                text: log::tail(&supervisor.log, LOG_LINES),
            });
        }
        sleep(POLL).await;
    }
}

fn spawn(supervisor: &Detached) -> std::io::Result<Child> {
    if let Some(folder) = supervisor.log.parent() {
        fs::create_dir_all(folder)?;
    }
    let log = File::create(&supervisor.log)?;
    Command::new(&supervisor.exe)
        .args(&supervisor.args)
        .envs(supervisor.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
}

/// The state, if it is this supervisor's and ready. A stale file of an earlier one is passed over.
fn ready(supervisor: &Detached, pid: u32) -> Result<Option<State>, StackError> {
    let state = state::load(&supervisor.state_file)?;
    Ok(state.filter(|state| state.supervisor.pid == pid && state.phase == Phase::Ready))
}

async fn end(child: &mut Child) {
    if let Some(process) = ProcessRef::of(child.id()) {
        process.signal(Signal::TERM);
        if !process.gone_within(Duration::from_secs(20)).await {
            process.signal(Signal::KILL);
        }
    }
    let _ = child.wait();
}
