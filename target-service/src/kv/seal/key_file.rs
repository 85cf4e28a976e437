//! The master key of a database file for which none was configured.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::{MasterKeyFileError, MasterKeys};

/// Only the user may read the key.
const MODE: u32 = 0o600;

/// The key file of a database could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// A new key would not open what is there.
    #[error(
        "the database has entries, but its key file {} is missing: put it back, or name the master key \
         by --master-key-file (MASTER_KEY_FILE)",
        path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The system refused to write it.
    #[error("cannot make the key file {}", path.display())]
    Make {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is there and no use.
    #[error("cannot use the key file {}", path.display())]
    Use {
        /// The file.
        path: PathBuf,
        /// Why.
        source: MasterKeyFileError,
    },
}

/// Reads `<database>.key`; makes it first for a database that is empty.
pub fn beside(database: &Path, is_empty: bool) -> Result<MasterKeys, KeyFileError> {
    let path = with_suffix(database, ".key");
    if !path.exists() {
        if !is_empty {
            return Err(KeyFileError::Missing { path });
        }
        make(&path).map_err(|source| KeyFileError::Make {
            path: path.clone(),
            source,
        })?;
    }
    MasterKeys::read(&path).map_err(|source| KeyFileError::Use { path, source })
}

/// Whole and on the disk before it has its name, so that no entry can outlive its key. Of two processes
/// that begin at once one wins, and both read the winner's key.
fn make(path: &Path) -> io::Result<()> {
    let draft = with_suffix(path, &format!(".{}", std::process::id()));
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(&draft)?;
    let written = file
        .write_all(MasterKeys::generate().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match written {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_for_its_user_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("kv.db");
        let first = beside(&database, true).expect("a key");
        assert_eq!(beside(&database, false).expect("the key"), first);
        let metadata = fs::metadata(folder.path().join("kv.db.key")).expect("a file");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn a_lost_key_of_a_database_in_use_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = beside(&folder.path().join("kv.db"), false).expect_err("lost");
        assert!(error.to_string().contains("kv.db.key"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
