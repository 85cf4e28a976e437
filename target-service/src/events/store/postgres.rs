//! Counts in `PostgreSQL`.

use std::time::Duration;

use sqlx::{PgPool, postgres::PgConnectOptions, query, query_as, query_scalar};
use tokio::time::timeout;

use super::{
    Overwrite,
    sql::{signed, store_error, tally, totals},
};
use crate::{
    database::postgres_pool,
    events::domain::{DomainName, DomainStore, EventKind, Reply, Tally, Totals},
};

/// One transaction, as statements sent together are. The lock: of two sessions that make the same table
/// at the same time one would fail, whatever `IF NOT EXISTS` promises. UNIQUE is the index.
const SCHEMA: &str = "SELECT pg_advisory_xact_lock(7000); \
    CREATE TABLE IF NOT EXISTS domains (domain TEXT NOT NULL UNIQUE, \
    delivered BIGINT NOT NULL, bounced BIGINT NOT NULL)";

const INCREMENT: &str = "INSERT INTO domains AS d (domain, delivered, bounced) VALUES ($1, $2, $3) \
    ON CONFLICT (domain) DO UPDATE SET delivered = d.delivered + excluded.delivered, \
    bounced = d.bounced + excluded.bounced";

const OVERWRITE: &str = "INSERT INTO domains (domain, delivered, bounced) VALUES ($1, $2, $3) \
    ON CONFLICT (domain) DO UPDATE SET delivered = excluded.delivered, bounced = excluded.bounced";

const TALLY: &str = "SELECT delivered, bounced FROM domains WHERE domain = $1";

// The sum of BIGINT is NUMERIC.
const TOTALS: &str = "SELECT COUNT(*), COALESCE(SUM(delivered), 0)::BIGINT, \
    COALESCE(SUM(bounced), 0)::BIGINT FROM domains";

/// How long the end waits for connections in use.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A table of counts behind a pool of connections. A lost connection is replaced by the next call.
#[derive(Debug)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects with the first call, not now: the service tells its state before the database is there.
    /// Each connection makes the table where missing, so a database that comes back empty is no end.
    pub fn new(server: PgConnectOptions, connections: u32) -> Self {
        Self {
            pool: postgres_pool(server, connections, Some(SCHEMA)),
        }
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
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn read_tally(&self, domain: DomainName) -> Result<Option<(i64, i64)>, sqlx::Error> {
        let read = query_as(TALLY).bind(domain.as_str());
        read.fetch_optional(&self.pool).await
    }

    async fn read_totals(&self) -> Result<(i64, i64, i64), sqlx::Error> {
        query_as(TOTALS).fetch_one(&self.pool).await
    }

    async fn read_any(&self) -> Result<bool, sqlx::Error> {
        // The table, not a constant: `SELECT 1` would succeed on a database that lost it.
        query_scalar("SELECT EXISTS (SELECT 1 FROM domains)")
            .fetch_one(&self.pool)
            .await
    }
}

impl DomainStore for PostgresStore {
    fn adapter(&self) -> &'static str {
        "postgres"
    }

    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()> {
        Box::pin(async move {
            let stored = self.write(INCREMENT, domain, Tally::one(kind)).await;
            stored.map_err(store_error)
        })
    }

    fn tally(&self, domain: DomainName) -> Reply<'_, Tally> {
        Box::pin(async move {
            let row = self.read_tally(domain).await.map_err(store_error)?;
            row.map_or(Ok(Tally::default()), tally)
        })
    }

    fn totals(&self) -> Reply<'_, Totals> {
        Box::pin(async move { totals(self.read_totals().await.map_err(store_error)?) })
    }

    fn ping(&self) -> Reply<'_, ()> {
        Box::pin(async move { self.read_any().await.map(drop).map_err(store_error) })
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // A server that hangs must not keep the process. Nothing is lost: every acknowledged event
            // is stored.
            let _still_in_use = timeout(CLOSE_TIMEOUT, self.pool.close()).await;
            Ok(())
        })
    }
}

impl Overwrite for PostgresStore {
    fn overwrite(&self, domain: DomainName, tally: Tally) -> Reply<'_, ()> {
        Box::pin(async move {
            let stored = self.write(OVERWRITE, domain, tally).await;
            stored.map_err(store_error)
        })
    }
}
