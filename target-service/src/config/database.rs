//! Which database, out of `--database-type` and `--database`.

use std::{fmt, path::PathBuf, str::FromStr as _};

use sqlx::postgres::PgConnectOptions;

use super::{Args, Mistakes};

const TYPE: &str = "--database-type (DATABASE_TYPE)";
const LOCATION: &str = "--database (DATABASE_LOCATION)";

/// Where a profile keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A map in the process.
    Memory,
    /// `SQLite` in memory.
    SqliteInMemory,
    /// A `SQLite` file.
    SqliteFile(PathBuf),
    /// A `PostgreSQL` server.
    Postgres(PostgresUrl),
}

/// `postgres://user:password@host:port/database`, known to parse. Never shown: it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    /// Checks the syntax only.
    pub fn parse(text: &str) -> Result<Self, sqlx::Error> {
        PgConnectOptions::from_str(text)?;
        Ok(Self(text.to_owned()))
    }

    /// How to connect.
    pub fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        PgConnectOptions::from_str(&self.0)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl(..)")
    }
}

impl Database {
    /// Reads both settings; notes every mistake.
    pub fn check(args: &Args, default: Self, mistakes: &mut Mistakes) -> Option<Self> {
        let location = args.database.as_deref();
        let named = location.map(of_location).transpose();
        let named = mistakes.note(named)?;
        match (args.database_type.as_deref(), named) {
            (None, None) => Some(default),
            (None, Some(named)) => Some(named),
            (Some(kind), Some(named)) if kind == named.type_name() => Some(named),
            (Some("memory"), None) => Some(Self::Memory),
            (Some("sqlite"), None) => Some(Self::SqliteInMemory),
            (Some("postgres"), None) => {
                mistakes.push(format!(
                    "{LOCATION}: is missing; try postgres://user:password@host/database"
                ));
                None
            }
            (Some(kind @ ("memory" | "sqlite" | "postgres")), Some(_)) => {
                mistakes.push(format!(
                    "{LOCATION}: is no location of type `{kind}`; correct it or {TYPE}"
                ));
                None
            }
            (Some(other), _) => {
                mistakes.push(format!(
                    "{TYPE}: Unsupported database type: `{other}`; known: memory, sqlite, postgres"
                ));
                None
            }
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::SqliteInMemory | Self::SqliteFile(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// As told in the first log line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::SqliteInMemory => "sqlite in memory",
            Self::SqliteFile(_) => "sqlite file",
            Self::Postgres(_) => "postgres",
        }
    }
}

fn of_location(text: &str) -> Result<Database, String> {
    match text {
        "" => Err(format!("{LOCATION}: is empty; try :memory:")),
        "memory" => Ok(Database::Memory),
        ":memory:" => Ok(Database::SqliteInMemory),
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            // The reason is not repeated: it may hold a part of the password.
            let parsed = PostgresUrl::parse(url).map_err(|_secret| {
                format!(
                    "{LOCATION}: is no valid address; try postgres://user:password@host/database"
                )
            });
            parsed.map(Database::Postgres)
        }
        url if url.contains("://") => Err(format!(
            "{LOCATION}: is an address of an unknown kind; known are postgres://, files, :memory: and memory"
        )),
        path => Ok(Database::SqliteFile(path.into())),
    }
}
