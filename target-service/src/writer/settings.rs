//! Settings of the `writer` profile.

use std::{fs, ops::RangeInclusive, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    database::{DEFAULT_PASSWORD, Server, WriterDatabase},
    domain::Pace,
};
use crate::config::{Args, Database, Mistakes};

const ERROR_RATE: &str = "--error-rate (ERROR_RATE)";
const PORT: &str = "--db-port (DB_PORT)";
const PASSWORD_FILE: &str = "--db-password-file (DB_PASSWORD_FILE)";
const WRITE_INTERVAL: &str = "--write-interval-ms (WRITE_INTERVAL_MS)";
const ATTEMPTS: &str = "--connect-attempts (CONNECT_ATTEMPTS)";
const CONNECT_INTERVAL: &str = "--connect-interval-ms (CONNECT_INTERVAL_MS)";

/// A day: longer is a mistake in the unit.
const MAX_INTERVAL_MS: u64 = 86_400_000;

/// Raw settings of this profile alone. What is empty has its default.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct WriterArgs {
    /// Host of the `PostgreSQL` server: localhost unless set
    #[arg(long, env = "DB_HOST", value_name = "HOST")]
    pub db_host: Option<String>,

    /// Its port: 5432 unless set
    #[arg(long, env = "DB_PORT", value_name = "PORT")]
    pub db_port: Option<String>,

    /// User: devuser unless set
    #[arg(long, env = "DB_USER", value_name = "USER")]
    pub db_user: Option<String>,

    /// Password, better given by the variable or a file: devpass unless set
    #[arg(
        long,
        env = "DB_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true
    )]
    pub db_password: Option<String>,

    /// File with the password in its first line
    #[arg(long, env = "DB_PASSWORD_FILE", value_name = "PATH")]
    pub db_password_file: Option<String>,

    /// Name of the database: devdb unless set
    #[arg(long, env = "DB_NAME", value_name = "NAME")]
    pub db_name: Option<String>,

    /// From row to row, in milliseconds: 1000 unless set
    #[arg(long, env = "WRITE_INTERVAL_MS", value_name = "N")]
    pub write_interval_ms: Option<String>,

    /// Tries to reach the database at the start: 30 unless set
    #[arg(long, env = "CONNECT_ATTEMPTS", value_name = "N")]
    pub connect_attempts: Option<String>,

    /// From try to try, in milliseconds: 2000 unless set
    #[arg(long, env = "CONNECT_INTERVAL_MS", value_name = "N")]
    pub connect_interval_ms: Option<String>,
}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where rows go.
    pub database: WriterDatabase,
    /// How often.
    pub pace: Pace,
    /// Share of ticks that fail on purpose, `0..=1`.
    pub error_rate: f64,
}

impl Settings {
    /// Share of simulated errors unless set.
    pub const ERROR_RATE: f64 = 0.10;

    /// Reads the settings; notes every mistake.
    pub fn check(args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        let database = database(args, mistakes);
        let pace = pace(&args.writer, mistakes);
        let error_rate = match given(args.error_rate.as_deref()) {
            Some(text) => mistakes.ratio(ERROR_RATE, text),
            None => Some(Self::ERROR_RATE),
        };
        Some(Self {
            database: database?,
            pace: pace?,
            error_rate: error_rate?,
        })
    }

    /// What the first log line says about them.
    pub fn told(&self) -> Map<String, Value> {
        let millis = |duration: Duration| json!(duration.as_millis() as u64);
        let mut told = Map::new();
        let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
        tell("database", json!(self.database.kind()));
        tell("dbname", json!(self.database.name()));
        tell("error_rate", json!(self.error_rate));
        tell("write_interval_ms", millis(self.pace.write_interval));
        tell("connect_attempts", json!(self.pace.attempts));
        tell("connect_interval_ms", millis(self.pace.connect_interval));
        told
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn database(args: &Args, mistakes: &mut Mistakes) -> Option<WriterDatabase> {
    if let (None | Some("postgres"), None) = (args.database_type.as_deref(), &args.database) {
        return server(&args.writer, mistakes).map(WriterDatabase::Server);
    }
    match Database::check(args, Database::SqliteInMemory, mistakes)? {
        Database::Postgres(url) => Some(WriterDatabase::Url(url)),
        Database::SqliteFile(path) => Some(WriterDatabase::SqliteFile(path)),
        Database::SqliteInMemory => Some(WriterDatabase::SqliteInMemory),
        Database::Memory => {
            mistakes.push(
                "--database-type (DATABASE_TYPE): the writer has no type `memory`; known: postgres, sqlite",
            );
            None
        }
    }
}

fn server(own: &WriterArgs, mistakes: &mut Mistakes) -> Option<Server> {
    let or =
        |text: &Option<String>, default: &str| given(text.as_deref()).unwrap_or(default).to_owned();
    let port = number(PORT, own.db_port.as_deref(), 5432, 1..=65_535, mistakes);
    let password = password(own, mistakes);
    Some(Server {
        host: or(&own.db_host, "localhost"),
        port: port? as u16,
        user: or(&own.db_user, "devuser"),
        password: password?,
        name: or(&own.db_name, "devdb"),
    })
}

fn password(own: &WriterArgs, mistakes: &mut Mistakes) -> Option<String> {
    let text = given(own.db_password.as_deref());
    let file = given(own.db_password_file.as_deref());
    match (text, file) {
        (None, None) => Some(DEFAULT_PASSWORD.to_owned()),
        (Some(text), None) => Some(text.to_owned()),
        (Some(_), Some(_)) => {
            mistakes.push(format!(
                "{PASSWORD_FILE}: DB_PASSWORD is set as well; leave one out"
            ));
            None
        }
        (None, Some(path)) => {
            let read = fs::read_to_string(path);
            let text =
                read.map_err(|error| format!("{PASSWORD_FILE}: cannot read {path}: {error}"));
            let text = mistakes.note(text)?;
            let line = text.lines().next().unwrap_or_default();
            if line.is_empty() {
                mistakes.push(format!(
                    "{PASSWORD_FILE}: the first line of {path} is empty"
                ));
                return None;
            }
            Some(line.to_owned())
        }
    }
}

fn pace(own: &WriterArgs, mistakes: &mut Mistakes) -> Option<Pace> {
    let write_interval = own.write_interval_ms.as_deref();
    let write_interval = number(
        WRITE_INTERVAL,
        write_interval,
        1000,
        1..=MAX_INTERVAL_MS,
        mistakes,
    );
    let attempts = own.connect_attempts.as_deref();
    let attempts = number(ATTEMPTS, attempts, 30, 1..=1_000_000, mistakes);
    let connect_interval = own.connect_interval_ms.as_deref();
    let connect_interval = number(
        CONNECT_INTERVAL,
        connect_interval,
        2000,
        0..=MAX_INTERVAL_MS,
        mistakes,
    );
    Some(Pace {
        attempts: attempts? as u32,
        connect_interval: Duration::from_millis(connect_interval?),
        write_interval: Duration::from_millis(write_interval?),
    })
}

fn number(
    setting: &str,
    text: Option<&str>,
    default: u64,
    range: RangeInclusive<u64>,
    mistakes: &mut Mistakes,
) -> Option<u64> {
    let Some(text) = given(text) else {
        return Some(default);
    };
    let number = mistakes.number(setting, text)?;
    if range.contains(&number) {
        return Some(number);
    }
    let (least, most) = range.into_inner();
    mistakes.push(format!(
        "{setting}: {number} is not from {least} to {most}; try {default}"
    ));
    None
}
