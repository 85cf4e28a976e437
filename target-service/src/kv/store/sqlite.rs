//! Entries in `SQLite`.

use std::path::Path;

use sqlx::{query, query_as, query_scalar, sqlite::SqliteArguments};

use super::{OpenError, rows, sql};
use crate::{
    config::{Defect, Defects},
    database::{Journal, Sqlite, Survives},
    kv::domain::{DatabaseId, EntryId, KeyId, Page, Reply, Sealed, Store, StoreError},
};

/// A table of entries. Every write is one statement, and so a transaction that ends with it.
#[derive(Debug)]
pub struct SqliteStore {
    sqlite: Sqlite,
    /// [`Defect::HoldWriteLock`].
    hold_write_lock: bool,
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>;

impl SqliteStore {
    /// Opens the file at `path`; makes it, its folder and its table where missing.
    pub async fn open(path: &Path, journal: Journal, defects: &Defects) -> Result<Self, OpenError> {
        let file = Sqlite::file(path, journal, Survives::PowerCut).await?;
        Self::over(file, defects).await
    }

    /// A database of its own in memory.
    pub async fn in_memory(defects: &Defects) -> Result<Self, OpenError> {
        Self::over(Sqlite::in_memory().await?, defects).await
    }

    async fn over(sqlite: Sqlite, defects: &Defects) -> Result<Self, OpenError> {
        if !defects.has(Defect::NoBootstrap) {
            for statement in [sql::CREATE, sql::SHAPE] {
                let done = query(statement).execute(&sqlite.writer).await;
                done.map_err(OpenError::Table)?;
            }
        }
        Ok(Self {
            sqlite,
            hold_write_lock: defects.has(Defect::HoldWriteLock),
        })
    }

    /// Rows changed.
    async fn write(&self, write: Query<'_>) -> Result<u64, sqlx::Error> {
        let mut writer = self.sqlite.writer.acquire().await?;
        let done = write.execute(&mut *writer).await?;
        if self.hold_write_lock {
            // Fails unless a duplicate has left a transaction open, which then ends here.
            let _none_open = query("COMMIT").execute(&mut *writer).await;
        }
        Ok(done.rows_affected())
    }

    /// [`Defect::HoldWriteLock`]: a duplicate leaves its transaction open until the next write that
    /// succeeds; nobody else can write meanwhile.
    async fn insert_and_hold(&self, insert: Query<'_>) -> Result<u64, sqlx::Error> {
        let mut writer = self.sqlite.writer.acquire().await?;
        // Fails when it is open already; then that one goes on.
        let _open_already = query("BEGIN IMMEDIATE").execute(&mut *writer).await;
        let changed = insert.execute(&mut *writer).await?.rows_affected();
        if changed > 0 {
            query("COMMIT").execute(&mut *writer).await?;
        }
        Ok(changed)
    }
}

impl Store for SqliteStore {
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()> {
        Box::pin(async move {
            let put = query(sql::PUT)
                .bind(id.database.get())
                .bind(id.key.as_str())
                .bind(entry.as_str());
            self.write(put).await.map_err(StoreError::unavailable)?;
            Ok(())
        })
    }

    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool> {
        Box::pin(async move {
            let insert = query(sql::INSERT)
                .bind(id.database.get())
                .bind(id.key.as_str())
                .bind(entry.as_str());
            let changed = if self.hold_write_lock {
                self.insert_and_hold(insert).await
            } else {
                self.write(insert).await
            };
            Ok(changed.map_err(StoreError::unavailable)? > 0)
        })
    }

    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>> {
        Box::pin(async move {
            let get = query_scalar(sql::GET)
                .bind(id.database.get())
                .bind(id.key.as_str());
            let found: Result<Option<String>, _> = get.fetch_optional(&self.sqlite.reader).await;
            Ok(found.map_err(StoreError::unavailable)?.map(Sealed::new))
        })
    }

    fn delete(&self, id: EntryId) -> Reply<'_, bool> {
        Box::pin(async move {
            let delete = query(sql::DELETE)
                .bind(id.database.get())
                .bind(id.key.as_str());
            let changed = self.write(delete).await;
            Ok(changed.map_err(StoreError::unavailable)? > 0)
        })
    }

    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
        Box::pin(async move {
            let page = query_as(sql::PAGE)
                .bind(database.get())
                .bind(rows::after(&page))
                .bind(i64::from(page.limit))
                .fetch_all(&self.sqlite.reader);
            Ok(rows::entries(page.await.map_err(StoreError::unavailable)?))
        })
    }

    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
        Box::pin(async move {
            let counts = query_as(sql::DATABASES).fetch_all(&self.sqlite.reader);
            rows::databases(counts.await.map_err(StoreError::unavailable)?)
        })
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            let ping = query(sql::PING).execute(&self.sqlite.reader);
            ping.await.map_err(StoreError::unavailable)?;
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
