//! Why a tool could not be had.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::catalogue::Tool;

/// Each variant names the tool or the place and, where there is one, the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// An explicit path doesn't lead to a program.
    #[error("{tool} at {}: not an executable file; correct --{tool} or {}, or leave it out to search", path.display(), tool.variable())]
    NotExecutable {
        /// The tool.
        tool: Tool,
        /// What was named.
        path: PathBuf,
    },
    /// Nothing was found and building is switched off.
    #[error(
        "{tool} {} found neither in the cache nor on PATH; run `sloproof stack install`, or name one with {}",
        tool.version(), tool.variable()
    )]
    NotFound {
        /// The tool.
        tool: Tool,
    },
    /// There is no Go to build with.
    #[error(
        "building {module} needs Go {wanted} or later and `go` is not on PATH; \
         install it from https://go.dev/dl/, or install the tools by other means and put them on PATH"
    )]
    NoGo {
        /// The module to be built.
        module: &'static str,
        /// The least version.
        wanted: String,
    },
    /// Go is too old, or refuses the module.
    #[error(
        "building {module} needs Go {wanted} or later, found {found}; install it from https://go.dev/dl/"
    )]
    OldGo {
        /// The module to be built.
        module: &'static str,
        /// The least version.
        wanted: String,
        /// What `go version` answered.
        found: String,
    },
    /// The disk is too full to build.
    #[error(
        "building needs {} GiB free below {}, found {:.1} GiB; free some, or set XDG_CACHE_HOME to another disk",
        needed >> 30, dir.display(), *free as f64 / f64::from(1 << 30)
    )]
    DiskFull {
        /// Where the build would happen.
        dir: PathBuf,
        /// Bytes wanted.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// `go build` failed.
    #[error("go build of {module} failed with {status}:\n{output}")]
    Build {
        /// The module.
        module: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// Its last lines.
        output: String,
    },
    /// What was built isn't what was pinned.
    #[error("the built {tool} tells version {found:?} instead of {}: this is a bug of sloproof", tool.version())]
    BuiltOther {
        /// The tool.
        tool: Tool,
        /// What it told.
        found: Option<String>,
    },
    /// A file or process operation failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl ToolError {
    /// For `map_err`: adds the action and the path to an I/O error.
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
