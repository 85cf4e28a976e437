//! The table of rows in `PostgreSQL` or `SQLite`.

use std::{path::PathBuf, time::Duration};

use prometheus_client::metrics::counter::Counter;
use sqlx::{
    Connection as _, PgConnection, SqliteConnection, postgres::PgConnectOptions, query,
    query_scalar, sqlite::SqliteConnectOptions,
};
use tokio::{sync::Mutex, time::timeout};

use super::domain::{Reply, Rows, RowsError};

/// Limit on one call. A call that is late might as well have failed.
const LIMIT: Duration = Duration::from_secs(5);

/// Shorter than [`LIMIT`], so that a locked file is told as such.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);
/// The same for a server, in milliseconds. It would go on waiting for a lock without its client, and add
/// the row in the end.
const SET_STATEMENT_TIMEOUT: &str = "SET statement_timeout = 3000";

const PING: &str = "SELECT id FROM devtable LIMIT 1";
/// Both databases know this spelling of the parameter.
const INSERT: &str = "INSERT INTO devtable (data) VALUES ($1)";

/// Which database.
#[derive(Debug, Clone)]
pub enum Source {
    /// A server.
    Postgres(Box<PgConnectOptions>),
    /// A file; made where missing, with its folder.
    SqliteFile(PathBuf),
    /// Rows that end with the process.
    SqliteInMemory,
}

/// One connection, opened when it is needed. One is enough: rows come one by one.
pub struct SqlRows {
    source: Source,
    link: Mutex<Option<Link>>,
    attempts: Counter,
}

enum Link {
    Postgres(Box<PgConnection>),
    Sqlite(Box<SqliteConnection>),
}

impl SqlRows {
    /// Opens nothing yet. `attempts` counts every try to open the connection.
    pub fn new(source: Source, attempts: Counter) -> Self {
        Self {
            source,
            link: Mutex::new(None),
            attempts,
        }
    }

    /// One statement. A failed one takes the connection along: whether that is to blame is not worth
    /// finding out.
    async fn run(&self, sql: &'static str, data: Option<String>) -> Result<(), RowsError> {
        let mut slot = self.link.lock().await;
        let done = match timeout(LIMIT, self.execute(&mut slot, sql, data)).await {
            Ok(done) => done.map_err(|error| RowsError(error.to_string())),
            Err(_elapsed) => {
                let limit = LIMIT.as_secs();
                Err(RowsError(format!("no answer within {limit} seconds")))
            }
        };
        // In memory the rows would go with it.
        if done.is_err() && !matches!(self.source, Source::SqliteInMemory) {
            *slot = None;
        }
        done
    }

    /// On the connection there is, or on a new one.
    async fn execute(
        &self,
        slot: &mut Option<Link>,
        sql: &'static str,
        data: Option<String>,
    ) -> Result<(), sqlx::Error> {
        let link = match slot.take() {
            Some(link) => slot.insert(link),
            None => slot.insert(self.open().await?),
        };
        link.execute(sql, data).await
    }

    async fn open(&self) -> Result<Link, sqlx::Error> {
        self.attempts.inc();
        let mut link = match &self.source {
            Source::Postgres(options) => {
                let mut connection = PgConnection::connect_with(options).await?;
                query(SET_STATEMENT_TIMEOUT)
                    .execute(&mut connection)
                    .await?;
                Link::Postgres(Box::new(connection))
            }
            Source::SqliteFile(path) => {
                if let Some(folder) = path.parent() {
                    tokio::fs::create_dir_all(folder).await?;
                }
                let file = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .busy_timeout(BUSY_TIMEOUT);
                Link::Sqlite(Box::new(SqliteConnection::connect_with(&file).await?))
            }
            Source::SqliteInMemory => Link::Sqlite(Box::new(
                SqliteConnection::connect("sqlite::memory:").await?,
            )),
        };
        link.make_table().await?;
        Ok(link)
    }
}

impl Link {
    async fn execute(
        &mut self,
        sql: &'static str,
        data: Option<String>,
    ) -> Result<(), sqlx::Error> {
        match self {
            Self::Postgres(connection) => {
                let mut statement = query(sql);
                if let Some(data) = data {
                    statement = statement.bind(data);
                }
                statement.execute(&mut **connection).await?;
            }
            Self::Sqlite(connection) => {
                let mut statement = query(sql);
                if let Some(data) = data {
                    statement = statement.bind(data);
                }
                statement.execute(&mut **connection).await?;
            }
        }
        Ok(())
    }

    /// Looks before it makes: `CREATE TABLE IF NOT EXISTS` needs a right that a writer need not have.
    async fn make_table(&mut self) -> Result<(), sqlx::Error> {
        let (exists, create) = match self {
            Self::Postgres(connection) => {
                let exists: bool = query_scalar("SELECT to_regclass('devtable') IS NOT NULL")
                    .fetch_one(&mut **connection)
                    .await?;
                let create = "CREATE TABLE IF NOT EXISTS devtable (id SERIAL PRIMARY KEY, \
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, data TEXT DEFAULT '')";
                (exists, create)
            }
            Self::Sqlite(connection) => {
                let exists: bool = query_scalar(
                    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'devtable')",
                )
                .fetch_one(&mut **connection)
                .await?;
                let create = "CREATE TABLE IF NOT EXISTS devtable (id INTEGER PRIMARY KEY, \
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, data TEXT DEFAULT '')";
                (exists, create)
            }
        };
        if exists {
            return Ok(());
        }
        self.execute(create, None).await
    }

    async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Postgres(connection) => connection.close().await,
            Self::Sqlite(connection) => connection.close().await,
        }
    }
}

impl Rows for SqlRows {
    fn ping(&self) -> Reply<'_> {
        Box::pin(self.run(PING, None))
    }

    fn insert(&self, data: String) -> Reply<'_> {
        Box::pin(self.run(INSERT, Some(data)))
    }

    fn place(&self) -> String {
        match &self.source {
            Source::Postgres(options) => format!(
                "host {}, port {}, dbname {}, user {}",
                options.get_host(),
                options.get_port(),
                options.get_database().unwrap_or(options.get_username()),
                options.get_username(),
            ),
            Source::SqliteFile(path) => format!("file {}", path.display()),
            Source::SqliteInMemory => "memory".to_owned(),
        }
    }

    fn close(&self) -> Reply<'_> {
        Box::pin(async {
            let link = self.link.lock().await.take();
            match link {
                Some(link) => {
                    // A server that is gone need not hear the good-bye.
                    let _ = timeout(LIMIT, link.close()).await;
                    Ok(())
                }
                None => Ok(()),
            }
        })
    }
}
