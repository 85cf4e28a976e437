//! What the stack tells its caller while it works. The caller decides how, and whether, to show it.

use std::path::PathBuf;
use std::time::Duration;

use super::component::Component;
use super::tools::{Origin, Tool};

/// One event, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A tool will be taken from here.
    ToolFound {
        /// The tool.
        tool: Tool,
        /// Its version; `None` if an explicitly named binary doesn't tell.
        version: Option<String>,
        /// The binary.
        path: PathBuf,
        /// Which step of the search found it.
        origin: Origin,
    },
    /// A binary on PATH has another version than the pinned one, and isn't used.
    ToolSkipped {
        /// The tool.
        tool: Tool,
        /// The binary that was asked.
        path: PathBuf,
        /// The version it told; `None` if it didn't tell any.
        found: Option<String>,
        /// The pinned version.
        wanted: &'static str,
    },
    /// Another process is installing tools; this one waits for it.
    InstallerBusy {
        /// The lock file that the other process holds.
        lock: PathBuf,
    },
    /// A Go build begins.
    BuildStarted {
        /// The tool's module: `prometheus`, `alertmanager` or `loki`.
        module: &'static str,
        /// Packages that a build from nothing compiles; the last build of a session may need fewer.
        expected: u32,
        /// Disk space that was asked for, in bytes.
        disk: u64,
    },
    /// A Go build goes on. At most four of these a second.
    Building {
        /// The tool's module.
        module: &'static str,
        /// Modules downloaded so far.
        downloads: u32,
        /// Packages compiled so far.
        packages: u32,
        /// Packages that a build from nothing compiles.
        expected: u32,
        /// Time since the build began.
        elapsed: Duration,
    },
    /// A Go build is done and its tools are in the cache.
    BuildFinished {
        /// The tool's module.
        module: &'static str,
        /// Packages compiled.
        packages: u32,
        /// How long it took.
        elapsed: Duration,
    },
    /// A process was started.
    Starting {
        /// The component.
        component: Component,
        /// Where it will listen.
        url: String,
    },
    /// A process serves.
    Ready {
        /// The component.
        component: Component,
        /// Time since it was started.
        elapsed: Duration,
    },
    /// A process ended although nobody asked it to.
    Exited {
        /// The component.
        component: Component,
        /// How it ended, for people: `exit status: 1`, `signal: 9 (SIGKILL)`.
        status: String,
    },
    /// A process was asked to end.
    Stopping {
        /// The component.
        component: Component,
    },
    /// What a killed supervisor left behind was cleaned up.
    Recovered {
        /// The directory that was removed.
        work_dir: PathBuf,
        /// Processes that were still running and were ended.
        killed: usize,
    },
}

/// Where events go: called on the task that works, so it should return at once.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);
