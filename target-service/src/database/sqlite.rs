//! Connections to `SQLite`: a file that outlives the process, or a private database in memory.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// How long a statement waits for the lock of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call waits for its connection. Together with [`BUSY_TIMEOUT`] shorter than a request may take,
/// so that a locked database is told as such.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(4);

/// Connections for reads of a file. A write-ahead log lets them run beside the writer.
const READERS: u32 = 4;

/// One writing and some reading connections.
///
/// `SQLite` has one writer at a time. Queueing for its connection is fair and wakes at once, whereas
/// competing for the file lock means polling with growing pauses: latency that no client caused.
#[derive(Debug)]
pub struct Sqlite {
    /// For everything that changes something.
    pub writer: SqlitePool,
    /// For everything else.
    pub reader: SqlitePool,
}

/// How a file is kept whole when a write is cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Journal {
    /// A write-ahead log: reads and the write run side by side. Needs memory shared by all processes, and so a
    /// disk of this machine.
    #[default]
    WriteAhead,
    /// A rollback journal: slower, and right on network volumes, too.
    Rollback,
}

/// What a commit survives once it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survives {
    /// The loss of power: each commit is forced to the disk (`synchronous = FULL`).
    PowerCut,
    /// The end of the process, however it ends. With [`Journal::WriteAhead`] the last commits may be lost
    /// with the power (`synchronous = NORMAL`), and the file stays whole.
    ProcessEnd,
}

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SqliteOpenError {
    /// The folder of the database file could not be made.
    #[error("cannot create the folder of the database {}", path.display())]
    Folder {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `SQLite` refused the database.
    #[error("cannot open the SQLite database {database}")]
    Sqlite {
        /// The file, or `:memory:`.
        database: String,
        /// What `SQLite` said.
        source: sqlx::Error,
    },
}

impl Sqlite {
    /// Opens the file at `path`; makes it and its folder where missing.
    pub async fn file(
        path: &Path,
        journal: Journal,
        survives: Survives,
    ) -> Result<Self, SqliteOpenError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| SqliteOpenError::Folder {
                path: path.to_owned(),
                source,
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(match journal {
                Journal::WriteAhead => SqliteJournalMode::Wal,
                Journal::Rollback => SqliteJournalMode::Delete,
            })
            .synchronous(match survives {
                Survives::PowerCut => SqliteSynchronous::Full,
                Survives::ProcessEnd => SqliteSynchronous::Normal,
            })
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let connect = async {
            let writer = pool(1).connect_with(options.clone()).await?;
            let reader = pool(READERS).connect_with(options.read_only(true)).await?;
            Ok(Self { writer, reader })
        };
        connect.await.map_err(|source| SqliteOpenError::Sqlite {
            database: path.display().to_string(),
            source,
        })
    }

    /// A database of its own in memory. One connection: a second one would wait for table locks.
    pub async fn in_memory() -> Result<Self, SqliteOpenError> {
        let only = pool(1).connect("sqlite::memory:").await;
        let only = only.map_err(|source| SqliteOpenError::Sqlite {
            database: ":memory:".to_owned(),
            source,
        })?;
        Ok(Self {
            writer: only.clone(),
            reader: only,
        })
    }

    /// Finishes what is under way. The writer last: it folds the write-ahead log into the file when it is
    /// alone.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Connections stay open for ever: a reaped one would take a database in memory with it.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}
