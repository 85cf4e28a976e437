//! An empty folder to stand in, and the program run there.

use std::path::{Path, PathBuf};

use snapbox::cmd::{Command, OutputAssert};
use tempfile::TempDir;

/// A folder and an environment that nothing of this machine reaches into.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with the directory of a finished run in it.
    pub(crate) fn with_a_finished_run() -> Self {
        let place = Self::empty();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/finished-run");
        copy(&kept, &place.path("runs/short"));
        place
    }

    /// A folder with a scenario full of mistakes, and all that it names.
    pub(crate) fn with_many_mistakes() -> Self {
        let place = Self::empty();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/scenario");
        copy(&kept, place.folder.path());
        place
    }

    /// A copy of a folder under this name.
    pub(crate) fn adopt(&self, from: &Path, name: &str) {
        copy(from, &self.path(name));
    }

    /// Something in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// `sloproof ARGS`, to be run here: no stack, no tools, no colour settings.
    pub(crate) fn command(&self, args: &str) -> Command {
        bare()
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("PATH", "")
            .args(args.split_whitespace())
    }

    /// Runs `sloproof ARGS` here.
    pub(crate) fn sloproof(&self, args: &str) -> OutputAssert {
        self.command(args).assert()
    }
}

/// Runs `sloproof ARGS` in the repository, beside what ships.
pub(crate) fn in_the_repository(args: &str) -> OutputAssert {
    bare()
        .current_dir(repository())
        .args(args.split_whitespace())
        .assert()
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What a run printed on standard output.
pub(crate) fn stdout(run: &OutputAssert) -> String {
    String::from_utf8(run.get_output().stdout.clone()).unwrap()
}

/// What a run printed on standard error.
pub(crate) fn stderr(run: &OutputAssert) -> String {
    String::from_utf8(run.get_output().stderr.clone()).unwrap()
}

fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sloproof"));
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        let ours = shown.starts_with("SLOPROOF_") || shown.starts_with("CLICOLOR");
        if ours || ["NO_COLOR", "COLUMNS", "CI"].contains(&&*shown) {
            command = command.env_remove(&name);
        }
    }
    command
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
