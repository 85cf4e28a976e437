//! A child process of the stack.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::{ChildStdout, Command};
use tokio::time::timeout;

use super::component::Component;
use super::process::{ProcessRef, kill_rest_of_group};

/// A component's process doesn't start, or doesn't stay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChildError {
    /// It can't be started.
    #[error("cannot start {component} from {}", program.display())]
    Spawn {
        /// The component.
        component: Component,
        /// The program.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It ended before it was ready.
    #[error("{component} ended with {status} before it was ready; its last lines:\n{log}")]
    EndedEarly {
        /// The component.
        component: Component,
        /// How it ended, for people.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// It runs and doesn't get ready.
    #[error("{component} isn't ready at {url} after {limit:?} ({why}); its last lines:\n{log}")]
    NotReady {
        /// The component.
        component: Component,
        /// What was asked.
        url: String,
        /// How long.
        limit: Duration,
        /// The last answer.
        why: String,
        /// The end of its log.
        log: String,
    },
}

/// How to start a component.
pub(crate) struct Launch<'a> {
    pub(crate) component: Component,
    pub(crate) program: &'a Path,
    pub(crate) args: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    /// Takes stderr, and stdout too unless that is piped.
    pub(crate) log: PathBuf,
    pub(crate) pipe_stdout: bool,
}

/// A running child: leader of a process group of its own, so that Ctrl-C in a terminal reaches the
/// supervisor only, which then ends the children in order. Killed, with its group, when dropped.
#[derive(Debug)]
pub(crate) struct ManagedChild {
    pub(crate) component: Component,
    pub(crate) identity: ProcessRef,
    pub(crate) log: PathBuf,
    inner: tokio::process::Child,
    ended: Option<ExitStatus>,
}

impl ManagedChild {
    /// Starts it. The second value is its stdout, if that is piped.
    pub(crate) fn spawn(launch: Launch<'_>) -> Result<(Self, Option<ChildStdout>), ChildError> {
        let Launch {
            component,
            program,
            args,
            env,
            log,
            pipe_stdout,
        } = launch;
        let failed = |source| ChildError::Spawn {
            component,
            program: program.to_owned(),
            source,
        };
        let stderr = File::create(&log).map_err(failed)?;
        let stdout = if pipe_stdout {
            Stdio::piped()
        } else {
            stderr.try_clone().map_err(failed)?.into()
        };
        let mut inner = Command::new(program)
            .args(args)
            .envs(env)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let pid = inner.id().unwrap_or_default();
        // A child that has ended already is a zombie and has no identity; nobody will look for it.
        let identity = ProcessRef::of(pid).unwrap_or(ProcessRef {
            pid,
            start_ticks: 0,
        });
        let stdout = inner.stdout.take();
        Ok((
            Self {
                component,
                identity,
                log,
                inner,
                ended: None,
            },
            stdout,
        ))
    }

    /// How it ended; `None` while it runs.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.inner.try_wait().ok().flatten();
            if self.ended.is_some() {
                kill_rest_of_group(self.identity.pid);
            }
        }
        self.ended
    }

    /// Kills it and its group; see [`Self::ended`] for when it is gone.
    pub(crate) fn kill(&self) {
        self.identity.signal_group(Signal::KILL);
    }

    /// Ends it: TERM to the group, then KILL after `grace`.
    pub(crate) async fn stop(&mut self, grace: Duration) {
        if self.ended().is_some() {
            return;
        }
        self.identity.signal_group(Signal::TERM);
        self.ended = if let Ok(status) = timeout(grace, self.inner.wait()).await {
            status.ok()
        } else {
            self.identity.signal_group(Signal::KILL);
            self.inner.wait().await.ok()
        };
        kill_rest_of_group(self.identity.pid);
    }
}

impl Drop for ManagedChild {
    fn drop(&mut self) {
        if self.ended().is_none() {
            self.kill();
        }
    }
}
