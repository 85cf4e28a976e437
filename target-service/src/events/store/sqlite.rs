//! Counts in `SQLite`: a file that outlives the process, or a private database in memory.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    SqlitePool, query, query_as, query_scalar,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Overwrite,
    sql::{signed, store_error, tally, totals},
};
use crate::events::domain::{DomainName, DomainStore, EventKind, Reply, Tally, Totals};

// A primary key is UNIQUE; without a rowid it is the table, not an index beside it.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS domains (domain TEXT NOT NULL PRIMARY KEY, \
    delivered INTEGER NOT NULL, bounced INTEGER NOT NULL) WITHOUT ROWID";

const INCREMENT: &str = "INSERT INTO domains (domain, delivered, bounced) VALUES (?, ?, ?) \
    ON CONFLICT (domain) DO UPDATE SET delivered = delivered + excluded.delivered, \
    bounced = bounced + excluded.bounced";

const OVERWRITE: &str =
    "INSERT OR REPLACE INTO domains (domain, delivered, bounced) VALUES (?, ?, ?)";

const TALLY: &str = "SELECT delivered, bounced FROM domains WHERE domain = ?";

const TOTALS: &str = "SELECT COUNT(*), COALESCE(SUM(delivered), 0), COALESCE(SUM(bounced), 0) \
    FROM domains";

/// Shorter than the request timeout, so that a locked database is told as such.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections for reads of a file. WAL lets them run beside the writer.
const READERS: u32 = 4;

/// A table of counts behind one writing and some reading connections.
///
/// `SQLite` has one writer at a time. Queueing for its connection is fair and wakes at once, whereas
/// competing for the file lock means polling with growing pauses: latency that no client caused.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    reader: SqlitePool,
}

/// The database could not be opened or prepared.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the database file could not be made.
    #[error("cannot create the folder of the database {}", path.display())]
    Folder {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `SQLite` refused the database or its schema.
    #[error("cannot open the SQLite database {database}")]
    Sqlite {
        /// The file, or `:memory:`.
        database: String,
        /// What `SQLite` said.
        source: sqlx::Error,
    },
}

impl SqliteStore {
    /// Opens the file at `path`; makes it, its folder and its table where missing.
    ///
    /// A stored event survives the end of the process, however it ends. The write-ahead log is not
    /// forced to the disk with each event, so the last ones may be lost with the power.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
                path: path.to_owned(),
                source,
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT);
        let connect = async {
            let writer = pool(1).connect_with(options.clone()).await?;
            query(SCHEMA).execute(&writer).await?;
            let reader = pool(READERS).connect_with(options.read_only(true)).await?;
            Ok(Self { writer, reader })
        };
        connect.await.map_err(|source| OpenError::Sqlite {
            database: path.display().to_string(),
            source,
        })
    }

    /// A database of its own in memory. One connection: a second one would wait for table locks.
    pub async fn in_memory() -> Result<Self, OpenError> {
        let connect = async {
            let only = pool(1).connect("sqlite::memory:").await?;
            query(SCHEMA).execute(&only).await?;
            Ok(Self {
                writer: only.clone(),
                reader: only,
            })
        };
        connect.await.map_err(|source| OpenError::Sqlite {
            database: ":memory:".to_owned(),
            source,
        })
    }

    async fn write(
        &self,
        statement: &'static str,
        domain: DomainName,
        events: Tally,
    ) -> Result<(), sqlx::Error> {
        let (delivered, bounced) = signed(events);
        query(statement)
            .bind(domain.as_str())
            .bind(delivered)
            .bind(bounced)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// Connections stay open for ever: a reaped one would take a database in memory with it.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

impl DomainStore for SqliteStore {
    fn adapter(&self) -> &'static str {
        "sqlite"
    }

    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()> {
        Box::pin(async move {
            let stored = self.write(INCREMENT, domain, Tally::one(kind)).await;
            stored.map_err(store_error)
        })
    }

    fn tally(&self, domain: DomainName) -> Reply<'_, Tally> {
        Box::pin(async move {
            let row = query_as(TALLY)
                .bind(domain.as_str())
                .fetch_optional(&self.reader)
                .await
                .map_err(store_error)?;
            row.map_or(Ok(Tally::default()), tally)
        })
    }

    fn totals(&self) -> Reply<'_, Totals> {
        Box::pin(async move {
            let row = query_as(TOTALS).fetch_one(&self.reader).await;
            totals(row.map_err(store_error)?)
        })
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // The table, not a constant: `SELECT 1` would succeed on a database that lost it.
            query_scalar::<_, bool>("SELECT EXISTS (SELECT 1 FROM domains)")
                .fetch_one(&self.reader)
                .await
                .map_err(store_error)?;
            Ok(())
        })
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // The writer last: it folds the write-ahead log into the file when it is alone.
            self.reader.close().await;
            self.writer.close().await;
            Ok(())
        })
    }
}

impl Overwrite for SqliteStore {
    fn overwrite(&self, domain: DomainName, tally: Tally) -> Reply<'_, ()> {
        Box::pin(async move {
            let stored = self.write(OVERWRITE, domain, tally).await;
            stored.map_err(store_error)
        })
    }
}
