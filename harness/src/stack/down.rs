//! Ending the stack that runs in the background.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::error::StackError;
use super::layout::Layout;
use super::progress::OnProgress;
use super::recover;
use super::state;

/// Longer than a supervisor needs: target 10 s, log lines 5 s, servers 3 s each.
const LIMIT: Duration = Duration::from_secs(30);

/// What `down` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    /// There was no stack.
    NotUp,
    /// The supervisor ended it in order.
    Stopped,
    /// The supervisor was gone, or didn't end in time; what it left was ended and removed.
    CleanedUp,
}

/// Ends the stack that the file records: signals the supervisor, waits, and makes sure that no
/// process, no directory and no state file is left.
pub async fn down(state_file: &Path, progress: OnProgress<'_>) -> Result<Down, StackError> {
    let Some(state) = state::load(state_file)? else {
        return Ok(Down::NotUp);
    };
    let supervisor = state.supervisor;
    let was_live = supervisor.is_alive();
    supervisor.signal(Signal::TERM);
    let ended = supervisor.gone_within(LIMIT).await;
    if !ended {
        supervisor.signal(Signal::KILL);
        supervisor.gone_within(Duration::from_secs(5)).await;
    }
    // The supervisor may have started components after the state was read.
    let state = state::load(state_file)?.unwrap_or(state);
    let orphans = state
        .components
        .iter()
        .any(|component| component.process.is_alive());
    if was_live && ended && !orphans && !state.work_dir.exists() {
        state::remove(state_file)?;
        return Ok(Down::Stopped);
    }
    if orphans || state.work_dir.exists() {
        recover::clean(&state, progress).await?;
    }
    Layout::at(&state.work_dir).remove()?;
    state::remove(state_file)?;
    Ok(Down::CleanedUp)
}
