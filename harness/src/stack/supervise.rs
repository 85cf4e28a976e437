//! The process that owns a background stack.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::boot::up;
use super::component::Component;
use super::config::StackConfig;
use super::error::StackError;
use super::log;
use super::progress::OnProgress;
use super::recover::{recover, sweep};
use super::running::Stack;
use super::state::StateError;
use super::tools::Toolbox;

/// How often children are looked at and the state file is brought up to date.
const TICK: Duration = Duration::from_millis(250);

/// What a supervisor does when a component dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnExit {
    /// Records it and goes on: a test must be able to finish and to report it.
    Record,
    /// Ends the stack, and returns an error that names the component.
    TearDown,
}

/// Starts a stack, records it in `config.state_file`, and owns it until SIGTERM, SIGINT or, if so
/// wished, the death of a component. Then ends it and removes everything. A hangup is ignored: the
/// stack outlives the terminal that it was started from.
///
/// One supervisor per state file: a second one gets [`StackError::AlreadyUp`]; what a killed one
/// left behind is cleaned up first.
pub async fn supervise(
    config: &StackConfig,
    tools: &Toolbox,
    on_exit: OnExit,
    progress: OnProgress<'_>,
) -> Result<(), StackError> {
    let state_file = config
        .state_file
        .as_deref()
        .ok_or(StackError::NoStateFile)?;
    let _lock = lock(state_file)?;
    // Before anything is started, so that no signal finds a process that doesn't clean up.
    let mut signals = Signals::new()?;
    if recover(state_file, progress).await?.is_some() {
        return Err(StackError::AlreadyUp {
            state_file: state_file.to_owned(),
        });
    }
    sweep(&config.base_dir, progress).await?;
    let mut stack = tokio::select! {
        started = up(config, tools, progress) => started?,
        // The future that starts the stack is dropped, and with it all that it started.
        () = signals.stop() => return Ok(()),
    };
    let result = watch(&mut stack, on_exit, &mut signals, progress).await;
    stack.stop(progress).await?;
    result
}

async fn watch(
    stack: &mut Stack,
    on_exit: OnExit,
    signals: &mut Signals,
    progress: OnProgress<'_>,
) -> Result<(), StackError> {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = signals.stop() => return Ok(()),
            _ = tick.tick() => {}
        }
        let dead = stack.refresh(progress)?;
        if let (OnExit::TearDown, Some(&component)) = (on_exit, dead.first()) {
            return Err(died(stack, component));
        }
    }
}

fn died(stack: &Stack, component: Component) -> StackError {
    let record = stack.state().component(component);
    StackError::ComponentDied {
        component,
        status: record
            .and_then(|record| record.exited.clone())
            .unwrap_or_default(),
        log: record
            .map(|record| log::tail(&record.log, 12))
            .unwrap_or_default(),
    }
}

/// The lock lives as long as the process, even if that is killed; the file itself stays.
fn lock(state_file: &Path) -> Result<File, StackError> {
    let path = state_file.with_extension("lock");
    let failed = |action| {
        let path = path.clone();
        move |source| StateError::Io {
            action,
            path,
            source,
        }
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed("create the folder of"))?;
    }
    let file = File::create(&path).map_err(failed("open the lock of"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StackError::AlreadyUp {
            state_file: state_file.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed("lock")(source).into()),
    }
}

struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, StackError> {
        let listen = |kind| signal(kind).map_err(StackError::Signals);
        Ok(Self {
            term: listen(SignalKind::terminate())?,
            int: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// Returns when the supervisor is asked to end.
    async fn stop(&mut self) {
        loop {
            tokio::select! {
                _ = self.term.recv() => return,
                _ = self.int.recv() => return,
                _ = self.hangup.recv() => {}
            }
        }
    }
}
