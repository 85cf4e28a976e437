//! Which database the writer writes to.

use std::{fmt, path::PathBuf};

use sqlx::postgres::PgConnectOptions;

use super::store::Source;
use crate::config::PostgresUrl;

/// Known to everybody who has read the documentation.
pub(super) const DEFAULT_PASSWORD: &str = "devpass";

/// Which database, by which words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriterDatabase {
    /// A `PostgreSQL` server by the parts of its address.
    Server(Server),
    /// A `PostgreSQL` server by its URL.
    Url(PostgresUrl),
    /// A `SQLite` file.
    SqliteFile(PathBuf),
    /// `SQLite` in memory.
    SqliteInMemory,
}

/// Where a server is and how to log in.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User.
    pub user: String,
    /// Password; never shown.
    pub password: String,
    /// Database.
    pub name: String,
}

// By hand, so that no `{:?}` can carry the password into a log.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            port,
            user,
            name,
            ..
        } = self;
        write!(f, "Server({user}@{host}:{port}/{name})")
    }
}

impl WriterDatabase {
    /// Name of the database, as in the label `dbname`; of a file, its name without folder and extension.
    pub fn name(&self) -> String {
        match self {
            Self::Server(server) => server.name.clone(),
            Self::Url(url) => {
                // A server takes the user's name when no database is named.
                let name = |options: &PgConnectOptions| {
                    let named = options.get_database();
                    named.unwrap_or(options.get_username()).to_owned()
                };
                url.options().as_ref().map(name).unwrap_or_default()
            }
            Self::SqliteFile(path) => {
                let stem = path.file_stem().unwrap_or(path.as_os_str());
                stem.to_string_lossy().into_owned()
            }
            Self::SqliteInMemory => "memory".to_owned(),
        }
    }

    /// As told in the first log line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Server(_) | Self::Url(_) => "postgres",
            Self::SqliteFile(_) => "sqlite file",
            Self::SqliteInMemory => "sqlite in memory",
        }
    }

    /// Whether anybody could guess the password.
    pub fn has_default_password(&self) -> bool {
        matches!(self, Self::Server(server) if server.password == DEFAULT_PASSWORD)
    }

    /// How to connect.
    pub fn source(&self) -> Result<Source, sqlx::Error> {
        Ok(match self {
            Self::Server(server) => Source::Postgres(Box::new(
                PgConnectOptions::new_without_pgpass()
                    .host(&server.host)
                    .port(server.port)
                    .username(&server.user)
                    .password(&server.password)
                    .database(&server.name),
            )),
            Self::Url(url) => Source::Postgres(Box::new(url.options()?)),
            Self::SqliteFile(path) => Source::SqliteFile(path.clone()),
            Self::SqliteInMemory => Source::SqliteInMemory,
        })
    }
}
