//! Entries in `PostgreSQL`.

use std::{future::Future, time::Duration};

use sqlx::{PgPool, postgres::PgConnectOptions, query, query_as, query_scalar};
use tokio::time::timeout;

use super::{rows, sql};
use crate::{
    config::{Defect, Defects},
    database::postgres_pool,
    kv::domain::{DatabaseId, EntryId, KeyId, Page, Reply, Sealed, Store, StoreError},
};

/// One transaction, as statements sent together are. The lock: of two sessions that make the same table at
/// the same time one would fail, whatever `IF NOT EXISTS` promises.
const BOOTSTRAP: &str = "SELECT pg_advisory_xact_lock(8000); \
    CREATE TABLE IF NOT EXISTS kv (database_id INTEGER NOT NULL, key TEXT NOT NULL, \
    value TEXT NOT NULL, UNIQUE (database_id, key))";

/// For a server that neither answers nor closes the connection. Longer than the limits of the pool and of the
/// statement together, as theirs tell more.
const LIMIT: Duration = Duration::from_secs(6);

const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// A table of entries. Every write is one statement, and so a transaction that ends with it; success is told
/// after the server has said that it is committed.
#[derive(Debug)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects with the first call; makes the table where missing.
    pub fn new(server: PgConnectOptions, connections: u32, defects: &Defects) -> Self {
        let bootstrap = (!defects.has(Defect::NoBootstrap)).then_some(BOOTSTRAP);
        Self {
            pool: postgres_pool(server, connections, bootstrap),
        }
    }
}

async fn limited<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    let answer = timeout(LIMIT, asked).await;
    answer
        .map_err(StoreError::unavailable)?
        .map_err(StoreError::unavailable)
}

impl Store for PostgresStore {
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()> {
        Box::pin(async move {
            let put = query(sql::PUT)
                .bind(id.database.get())
                .bind(id.key.as_str())
                .bind(entry.as_str());
            limited(put.execute(&self.pool)).await?;
            Ok(())
        })
    }

    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool> {
        Box::pin(async move {
            let insert = query(sql::INSERT)
                .bind(id.database.get())
                .bind(id.key.as_str())
                .bind(entry.as_str());
            let done = limited(insert.execute(&self.pool)).await?;
            Ok(done.rows_affected() > 0)
        })
    }

    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>> {
        Box::pin(async move {
            let get = query_scalar(sql::GET)
                .bind(id.database.get())
                .bind(id.key.as_str());
            let found: Option<String> = limited(get.fetch_optional(&self.pool)).await?;
            Ok(found.map(Sealed::new))
        })
    }

    fn delete(&self, id: EntryId) -> Reply<'_, bool> {
        Box::pin(async move {
            let delete = query(sql::DELETE)
                .bind(id.database.get())
                .bind(id.key.as_str());
            let done = limited(delete.execute(&self.pool)).await?;
            Ok(done.rows_affected() > 0)
        })
    }

    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>> {
        Box::pin(async move {
            let page = query_as(sql::PAGE)
                .bind(database.get())
                .bind(rows::after(&page))
                .bind(i64::from(page.limit))
                .fetch_all(&self.pool);
            Ok(rows::entries(limited(page).await?))
        })
    }

    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>> {
        Box::pin(async move {
            let counts = query_as(sql::DATABASES).fetch_all(&self.pool);
            rows::databases(limited(counts).await?)
        })
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            limited(query(sql::PING).execute(&self.pool)).await?;
            Ok(())
        })
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // A server that does not answer must not keep the process from its end; nothing is lost by it.
            let _in_order = timeout(CLOSE_LIMIT, self.pool.close()).await;
            Ok(())
        })
    }
}
