//! A running stack, as its owner holds it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::child::ManagedChild;
use super::component::Component;
use super::error::StackError;
use super::layout::Layout;
use super::progress::{OnProgress, Progress};
use super::rules::{self, RuleFile};
use super::ship::{Shipper, Shipping};
use super::state::{self, Phase, State};
use super::status::{self, Status};

/// How long a component may take to end before it is killed. Data is removed anyway; this is for
/// the target, which drains its connections.
const GRACE: Duration = Duration::from_secs(10);

/// The servers have nothing to save.
const SERVER_GRACE: Duration = Duration::from_secs(3);

/// How long the last log lines may take to reach Loki.
const DRAIN: Duration = Duration::from_secs(5);

/// How long a killed process may take to be gone, when a stack is dropped.
const DEATH_LIMIT: Duration = Duration::from_secs(2);

/// Owner of the processes and of the working directory. [`Stack::stop`] ends it in order. A dropped
/// stack kills its processes and removes its directory at once: the last resort of a caller that
/// fails or panics.
#[derive(Debug)]
pub struct Stack {
    pub(crate) children: Vec<ManagedChild>,
    pub(crate) shipper: Option<Shipper>,
    pub(crate) layout: Layout,
    pub(crate) state: State,
    /// Besides the one in the working directory.
    pub(crate) state_file: Option<PathBuf>,
}

impl Stack {
    /// What was recorded last: addresses, processes. See [`Self::refresh`].
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The target's log lines, as of now; `None` without a target.
    pub fn shipping(&self) -> Option<Shipping> {
        self.shipper.as_ref().map(Shipper::shipping)
    }

    /// Looks at every process and records who ended, and the log lines shipped. A dead component
    /// doesn't end the stack: whoever runs a test must be able to finish and to report it. Returns
    /// those found dead just now.
    pub fn refresh(&mut self, progress: OnProgress<'_>) -> Result<Vec<Component>, StackError> {
        let mut dead = Vec::new();
        let before = self.state.clone();
        for child in &mut self.children {
            let Some(status) = child.ended() else {
                continue;
            };
            let component = child.component;
            let record = self
                .state
                .components
                .iter_mut()
                .find(|record| record.component == component);
            if let Some(record) = record.filter(|record| record.exited.is_none()) {
                record.exited = Some(status.to_string());
                progress(Progress::Exited {
                    component,
                    status: status.to_string(),
                });
                dead.push(component);
            }
        }
        self.state.shipping = self.shipping();
        if self.state != before {
            self.save()?;
        }
        Ok(dead)
    }

    /// Asks every component how it is.
    pub async fn status(&self) -> Result<Status, StackError> {
        let state = State {
            shipping: self.shipping(),
            ..self.state.clone()
        };
        status::status(&state).await
    }

    /// See [`rules::install_rules`].
    pub async fn install_rules(
        &self,
        prometheus: &[RuleFile],
        loki: &[RuleFile],
    ) -> Result<(), StackError> {
        Ok(rules::install_rules(&self.state, prometheus, loki).await?)
    }

    /// Ends the stack: the target first, then, when its last lines are in Loki, the servers.
    /// Removes the working directory and the state file. Returns what became of the target's log
    /// lines.
    pub async fn stop(mut self, progress: OnProgress<'_>) -> Result<Option<Shipping>, StackError> {
        self.state.phase = Phase::Stopping;
        self.save()?;
        for child in self
            .children
            .iter_mut()
            .filter(|child| child.component == Component::Target)
        {
            progress(Progress::Stopping {
                component: child.component,
            });
            child.stop(GRACE).await;
        }
        let loki_serves = !self.has_ended(Component::Loki);
        let shipping = match self.shipper.take() {
            None => None,
            // Without Loki there is nobody to wait for.
            Some(shipper) => Some(
                shipper
                    .finish(if loki_serves { DRAIN } else { Duration::ZERO })
                    .await,
            ),
        };
        // The servers end side by side: each is told first, then each is waited for.
        for child in &mut self.children {
            if child.component != Component::Target && child.ended().is_none() {
                progress(Progress::Stopping {
                    component: child.component,
                });
                child.identity.signal_group(rustix::process::Signal::TERM);
            }
        }
        for child in &mut self.children {
            child.stop(SERVER_GRACE).await;
        }
        self.clear()?;
        Ok(shipping)
    }

    fn has_ended(&mut self, component: Component) -> bool {
        let child = self
            .children
            .iter_mut()
            .find(|child| child.component == component);
        child.is_none_or(|child| child.ended().is_some())
    }

    pub(crate) fn save(&self) -> Result<(), StackError> {
        self.state.save(&self.layout.state_file())?;
        if let Some(path) = &self.state_file {
            self.state.save(path)?;
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), StackError> {
        self.layout.remove()?;
        if let Some(path) = self.state_file.take() {
            state::remove(&path)?;
        }
        Ok(())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.shipper = None;
        for child in &self.children {
            child.kill();
        }
        // Blocks for the milliseconds that a kill takes: a dying server that still writes would
        // make the removal of its directory fail.
        let deadline = Instant::now() + DEATH_LIMIT;
        while self
            .children
            .iter_mut()
            .any(|child| child.ended().is_none())
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.clear();
    }
}
