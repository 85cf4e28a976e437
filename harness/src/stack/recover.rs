//! Cleaning up after an owner that was killed before it could clean up itself.

use std::fs::{self, DirEntry};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use super::error::StackError;
use super::layout::{Layout, PREFIX, STATE_FILE};
use super::progress::{OnProgress, Progress};
use super::state::{self, State};

/// Orphans have nobody to drain for.
const GRACE: Duration = Duration::from_secs(2);

/// The stack that a state file records, if its supervisor lives. A stale stack is cleaned up:
/// processes that are provably its own (id and start time match) are ended, directory and file
/// removed. Then, as without a file, `None`: the way is free for a new stack.
pub async fn recover(
    state_file: &Path,
    progress: OnProgress<'_>,
) -> Result<Option<State>, StackError> {
    let Some(state) = state::load(state_file)? else {
        return Ok(None);
    };
    if state.is_live() {
        return Ok(Some(state));
    }
    clean(&state, progress).await?;
    state::remove(state_file)?;
    Ok(None)
}

/// Cleans up all stale stacks below `base_dir`, ephemeral ones included: each working directory
/// holds its state. Returns how many there were. A directory without a readable state is left
/// alone: it may be a stack of another version, or one that is being made.
pub async fn sweep(base_dir: &Path, progress: OnProgress<'_>) -> Result<usize, StackError> {
    let Ok(entries) = fs::read_dir(base_dir) else {
        return Ok(0);
    };
    let mut stale = 0;
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) || !is_ours(&entry) {
            continue;
        }
        if let Ok(Some(state)) = state::load(&entry.path().join(STATE_FILE))
            && state.work_dir == entry.path()
            && !state.is_live()
        {
            clean(&state, progress).await?;
            stale += 1;
        }
    }
    Ok(stale)
}

/// In a shared temporary directory another user could plant a state that names our processes.
fn is_ours(entry: &DirEntry) -> bool {
    entry
        .metadata()
        .is_ok_and(|meta| meta.uid() == rustix::process::geteuid().as_raw())
}

/// Ends what is left of a stack whose owner is gone, and removes its directory.
pub(crate) async fn clean(state: &State, progress: OnProgress<'_>) -> Result<(), StackError> {
    let mut killed = 0;
    for component in &state.components {
        killed += usize::from(component.process.end_group(GRACE).await);
    }
    Layout::at(&state.work_dir).remove()?;
    progress(Progress::Recovered {
        work_dir: state.work_dir.clone(),
        killed,
    });
    Ok(())
}
