//! Counts in `SQLite`: a file that outlives the process, or a private database in memory.

use std::path::Path;

use sqlx::{query, query_as, query_scalar};

use super::{
    Overwrite,
    sql::{signed, store_error, tally, totals},
};
use crate::{
    database::{Journal, Sqlite, SqliteOpenError, Survives},
    events::domain::{DomainName, DomainStore, EventKind, Reply, Tally, Totals},
};

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

/// A table of counts. Every increment is one statement, and so a transaction that ends with it.
#[derive(Debug)]
pub struct SqliteStore {
    sqlite: Sqlite,
}

/// The database could not be opened or prepared.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no connection.
    #[error(transparent)]
    Sqlite(#[from] SqliteOpenError),
    /// The table is not to be had.
    #[error(
        "cannot make the table `domains`; take another file when this one is of another program"
    )]
    Table(#[source] sqlx::Error),
}

impl SqliteStore {
    /// Opens the file at `path`; makes it, its folder and its table where missing.
    ///
    /// A stored event survives the end of the process, however it ends. The write-ahead log is not
    /// forced to the disk with each event, so the last ones may be lost with the power.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        Self::over(Sqlite::file(path, Journal::WriteAhead, Survives::ProcessEnd).await?).await
    }

    /// A database of its own in memory.
    pub async fn in_memory() -> Result<Self, OpenError> {
        Self::over(Sqlite::in_memory().await?).await
    }

    async fn over(sqlite: Sqlite) -> Result<Self, OpenError> {
        let made = query(SCHEMA).execute(&sqlite.writer).await;
        made.map_err(OpenError::Table)?;
        Ok(Self { sqlite })
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
            .execute(&self.sqlite.writer)
            .await?;
        Ok(())
    }
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
                .fetch_optional(&self.sqlite.reader)
                .await
                .map_err(store_error)?;
            row.map_or(Ok(Tally::default()), tally)
        })
    }

    fn totals(&self) -> Reply<'_, Totals> {
        Box::pin(async move {
            let row = query_as(TOTALS).fetch_one(&self.sqlite.reader).await;
            totals(row.map_err(store_error)?)
        })
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // The table, not a constant: `SELECT 1` would succeed on a database that lost it.
            query_scalar::<_, bool>("SELECT EXISTS (SELECT 1 FROM domains)")
                .fetch_one(&self.sqlite.reader)
                .await
                .map_err(store_error)?;
            Ok(())
        })
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.sqlite.close().await;
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
