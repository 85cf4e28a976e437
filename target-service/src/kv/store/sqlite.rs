//! Entries in `SQLite`: a file that outlives the process, or a private database in memory.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    SqlitePool, query, query_scalar,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::kv::domain::{Key, ListLimit, Reply, Store, StoreError, Value};

const SCHEMA: &str =
    "CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";

/// Shorter than the request timeout, so that a locked database is told as such.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections for reads of a file. WAL lets them run beside the writer.
const READERS: u32 = 4;

/// A table of entries behind one writing and some reading connections.
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

impl Store for SqliteStore {
    fn put(&self, key: Key, value: Value) -> Reply<'_, ()> {
        Box::pin(async move {
            query("INSERT INTO kv (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
                .bind(key.into_string())
                .bind(value.into_string())
                .execute(&self.writer)
                .await
                .map_err(StoreError::new)?;
            Ok(())
        })
    }

    fn get(&self, key: Key) -> Reply<'_, Option<Value>> {
        Box::pin(async move {
            let value: Option<String> = query_scalar("SELECT value FROM kv WHERE key = ?")
                .bind(key.into_string())
                .fetch_optional(&self.reader)
                .await
                .map_err(StoreError::new)?;
            value.map(Value::parse).transpose().map_err(StoreError::new)
        })
    }

    fn delete(&self, key: Key) -> Reply<'_, bool> {
        Box::pin(async move {
            let done = query("DELETE FROM kv WHERE key = ?")
                .bind(key.into_string())
                .execute(&self.writer)
                .await
                .map_err(StoreError::new)?;
            Ok(done.rows_affected() > 0)
        })
    }

    fn keys(&self, limit: ListLimit) -> Reply<'_, Vec<Key>> {
        Box::pin(async move {
            let keys: Vec<String> = query_scalar("SELECT key FROM kv ORDER BY key LIMIT ?")
                .bind(limit.get())
                .fetch_all(&self.reader)
                .await
                .map_err(StoreError::new)?;
            keys.into_iter()
                .map(|key| Key::parse(key).map_err(StoreError::new))
                .collect()
        })
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // The table, not a constant: `SELECT 1` would succeed on a database that lost it.
            query_scalar::<_, bool>("SELECT EXISTS (SELECT 1 FROM kv)")
                .fetch_one(&self.reader)
                .await
                .map_err(StoreError::new)?;
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
