//! The folder of built tools: `<tools dir>/<tool>-<version>/<tool>`, shared by all checkouts of one
//! user.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::sleep;

use super::catalogue::Tool;
use super::error::ToolError;
use crate::stack::progress::{OnProgress, Progress};

/// Where the tool is once it is installed. Installation renames a finished file to this path, so
/// what exists here is complete and has the version in its path.
pub(super) fn path(tools_dir: &Path, tool: Tool) -> PathBuf {
    tools_dir
        .join(format!("{tool}-{}", tool.version()))
        .join(tool.name())
}

/// Whether the path leads to a file that may be executed.
pub(super) fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Moves a built file into its place.
pub(super) fn install(tools_dir: &Path, tool: Tool, built: &Path) -> Result<(), ToolError> {
    let destination = path(tools_dir, tool);
    let folder = destination.parent().unwrap_or(tools_dir);
    fs::create_dir_all(folder).map_err(ToolError::io("create", folder))?;
    fs::rename(built, &destination).map_err(ToolError::io("install", &destination))
}

/// The right to install; given back when the value is dropped or its process dies.
#[derive(Debug)]
pub(super) struct InstallLock {
    _file: File,
}

impl InstallLock {
    /// Waits for the right, however long another installer takes: it builds what this one wants.
    pub(super) async fn acquire(
        tools_dir: &Path,
        progress: OnProgress<'_>,
    ) -> Result<Self, ToolError> {
        fs::create_dir_all(tools_dir).map_err(ToolError::io("create", tools_dir))?;
        let path = tools_dir.join("install.lock");
        let file = File::create(&path).map_err(ToolError::io("open", &path))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(fs::TryLockError::WouldBlock) => {}
                Err(fs::TryLockError::Error(source)) => {
                    return Err(ToolError::Io {
                        action: "lock",
                        path,
                        source,
                    });
                }
            }
            if !told {
                progress(Progress::InstallerBusy { lock: path.clone() });
                told = true;
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}
