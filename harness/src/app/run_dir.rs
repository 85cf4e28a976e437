//! The run directory: the product's memory and public format. Every file is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::FallocateFlags;
use rustix::io::Errno;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Failure;

/// How much room a run must find on the disk before any load is sent.
const ROOM: usize = 8 * 1024 * 1024;

/// Why a run directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RunDirError {
    /// It cannot be made or written.
    #[error(
        "cannot write {}, choose another place with --out DIR or make room on the disk", path.display()
    )]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is none.
    #[error(
        "{} is not a directory; name the one that `sloproof run` made, such as runs/ID", path.display()
    )]
    NotADirectory {
        /// What was named.
        path: PathBuf,
    },
    /// A file that every finished run leaves is not in it.
    #[error(
        "{} has no {name}: either it is not a run directory, or its run did not get to the end; \
         name one that `sloproof run` finished, such as runs/ID", path.display()
    )]
    Incomplete {
        /// The directory.
        path: PathBuf,
        /// What is missing.
        name: String,
    },
    /// A file of it cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of it is not what it should be.
    #[error(
        "{} is damaged: what `sloproof run` writes looks different", path.display()
    )]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// It was written by a newer program.
    #[error(
        "{} has schema version {found}, and this program knows versions up to {known}; use a newer sloproof",
        path.display()
    )]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest known.
        known: u32,
    },
}

/// One run's directory.
#[derive(Debug, Clone)]
pub struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// Makes a new directory `base/id` and proves that a run's files will fit.
    pub fn create(base: &Path, id: &str) -> Result<Self, RunDirError> {
        let dir = Self {
            path: base.join(id),
        };
        let evidence = dir.path.join("evidence");
        fs::create_dir_all(&evidence).map_err(|source| RunDirError::Write {
            path: evidence,
            source,
        })?;
        if let Err(error) = dir.prove_room() {
            dir.remove_if_unused();
            return Err(error);
        }
        Ok(dir)
    }

    /// An existing directory.
    pub fn open(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last part of its path.
    pub fn id(&self) -> String {
        self.path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Writes a file: temporary, synced, renamed.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), RunDirError> {
        self.write_with(name, |file| file.write_all(content))
    }

    /// Writes a value as pretty JSON with a final newline. The text is never in memory as a whole: that of a day's
    /// ledger is larger than the ledger.
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), RunDirError> {
        self.write_with(name, |file| {
            serde_json::to_writer_pretty(&mut *file, value)?;
            file.write_all(b"\n")
        })
    }

    fn write_with(
        &self,
        name: &str,
        content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), RunDirError> {
        let path = self.path.join(name);
        let temporary = self.path.join(format!("{name}.tmp"));
        let written = (|| {
            let mut file = BufWriter::new(File::create(&temporary)?);
            content(&mut file)?;
            file.into_inner()?.sync_all()?;
            fs::rename(&temporary, &path)
        })();
        written.map_err(|source| {
            let _ = fs::remove_file(&temporary);
            RunDirError::Write { path, source }
        })
    }

    /// Reads a JSON file; a `schema_version` above `known` is refused before its content is looked at.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str, known: u32) -> Result<T, RunDirError> {
        let path = self.path.join(name);
        let text = fs::read(&path).map_err(|source| self.unreadable(name, source))?;
        let malformed = |source| RunDirError::Malformed {
            path: path.clone(),
            source,
        };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(malformed)?;
        let found = value
            .get("schema_version")
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0);
        if found > u64::from(known) {
            return Err(RunDirError::TooNew { path, found, known });
        }
        serde_json::from_value(value).map_err(malformed)
    }

    /// How a run ends that was left in the middle.
    pub(super) fn abandoned(&self) -> Failure {
        if self.path.join("ledger.json").exists() {
            Failure::abandoned(&self.path)
        } else {
            Failure::interrupted()
        }
    }

    /// Removes the directory if no load was recorded in it: a run that never began leaves nothing behind.
    pub fn remove_if_unused(&self) {
        if !self.path.join("ledger.json").exists() {
            // What cannot be removed was told to be unwritable already.
            let _ = fs::remove_dir_all(&self.path);
        }
    }

    /// The names in `evidence/`, sorted.
    pub fn evidence_files(&self) -> Result<Vec<String>, RunDirError> {
        let path = self.path.join("evidence");
        let entries = fs::read_dir(&path).map_err(|source| self.unreadable("evidence", source))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.to_ascii_lowercase().ends_with(".json"))
            .map(|name| format!("evidence/{name}"))
            .collect();
        names.sort();
        Ok(names)
    }

    /// A plain file for streaming, e.g. the interval log.
    pub fn stream(&self, name: &str) -> Result<io::BufWriter<File>, RunDirError> {
        let path = self.path.join(name);
        File::create(&path)
            .map(io::BufWriter::new)
            .map_err(|source| RunDirError::Write { path, source })
    }

    /// Why a part of it cannot be read, from the outside in.
    fn unreadable(&self, name: &str, source: io::Error) -> RunDirError {
        let path = self.path.clone();
        if !path.is_dir() {
            RunDirError::NotADirectory { path }
        } else if source.kind() == io::ErrorKind::NotFound {
            let name = name.to_owned();
            RunDirError::Incomplete { path, name }
        } else {
            let path = path.join(name);
            RunDirError::Read { path, source }
        }
    }

    fn prove_room(&self) -> Result<(), RunDirError> {
        let path = self.path.join(".room");
        let proved = (|| {
            let mut file = File::create(&path)?;
            let whole = rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, ROOM as u64);
            match whole {
                // Not every file system can set room aside; each can be written to.
                Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                    let piece = [0x5a; 1 << 13];
                    for _ in 0..ROOM / piece.len() {
                        file.write_all(&piece)?;
                    }
                    file.sync_all()
                }
                told => Ok(told?),
            }
        })();
        let _ = fs::remove_file(&path);
        proved.map_err(|source| RunDirError::Write {
            path: self.path.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_leaves_no_temporary_file() {
        let base = tempfile::tempdir().unwrap();
        let dir = RunDir::create(base.path(), "run").unwrap();
        dir.write_json("x.json", &serde_json::json!({"schema_version": 1, "n": 2}))
            .unwrap();
        let value: serde_json::Value = dir.read_json("x.json", 1).unwrap();
        assert_eq!(value["n"], 2);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_newer_file_is_refused_by_version() {
        let base = tempfile::tempdir().unwrap();
        let dir = RunDir::create(base.path(), "run").unwrap();
        dir.write_json("x.json", &serde_json::json!({"schema_version": 9}))
            .unwrap();
        let refused = dir.read_json::<serde_json::Value>("x.json", 1);
        assert!(matches!(
            refused,
            Err(RunDirError::TooNew {
                found: 9,
                known: 1,
                ..
            })
        ));
    }

    #[test]
    fn a_run_without_room_leaves_nothing_behind() {
        let base = tempfile::tempdir().unwrap();
        // A folder in the way of the trial file stands for a disk that is full.
        fs::create_dir_all(base.path().join("run/.room")).unwrap();
        RunDir::create(base.path(), "run").unwrap_err();
        assert!(!base.path().join("run").exists());
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let base = tempfile::tempdir().unwrap();
        let file = base.path().join("file");
        fs::write(&file, "").unwrap();
        let error = RunDir::create(&file, "run").unwrap_err().to_string();
        assert!(
            error.contains("cannot write") && error.contains("--out"),
            "{error}"
        );
    }
}
