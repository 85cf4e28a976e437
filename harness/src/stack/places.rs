//! Where things are on this machine. The only file of the stack that reads the environment.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Directories and search path, taken from the environment once and passed on as a value.
#[derive(Debug, Clone)]
pub struct Places {
    /// `$XDG_CACHE_HOME/sloproof`, or `~/.cache/sloproof`.
    pub cache_dir: PathBuf,
    /// Working directories of stacks are made below this.
    pub temp_dir: PathBuf,
    /// The value of PATH.
    pub search_path: OsString,
}

impl Places {
    /// Reads `XDG_CACHE_HOME`, `HOME`, `TMPDIR` and `PATH`. A relative `XDG_CACHE_HOME` is ignored,
    /// as its specification asks; without a home the cache is below the temporary directory.
    pub fn from_env() -> Self {
        let temp_dir = env::temp_dir();
        let absolute = |name| {
            env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let cache_home = absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
            .unwrap_or_else(|| temp_dir.clone());
        Self {
            cache_dir: cache_home.join("sloproof"),
            temp_dir,
            search_path: env::var_os("PATH").unwrap_or_default(),
        }
    }

    /// Where `stack up` records the stack that runs in the background.
    pub fn state_file(&self) -> PathBuf {
        self.cache_dir.join("stack.json")
    }

    /// Where the supervisor of that stack writes what it has to say.
    pub fn supervisor_log(&self) -> PathBuf {
        self.cache_dir.join("stack.log")
    }

    /// Where built tools are kept, each below `<tool>-<version>/`.
    pub fn tools_dir(&self) -> PathBuf {
        self.cache_dir.join("stack")
    }
}
