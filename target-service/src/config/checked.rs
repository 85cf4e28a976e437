//! Settings that are known to be good.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::Args;
use crate::telemetry::Level;

/// What the program runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Name of the profile.
    pub profile: &'static str,
    /// Address of the service.
    pub listen: SocketAddr,
    /// Address of the fault API, a loopback one; `None`: no fault API.
    pub fault_listen: Option<SocketAddr>,
    /// Where entries are kept.
    pub database: Database,
    /// Seed of the fault decisions.
    pub seed: u64,
    /// Longest time from the stop signal to the end.
    pub drain: Duration,
    /// Least level that is logged.
    pub log_level: Level,
}

/// Which adapter keeps the entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A map in the process.
    Memory,
    /// `SQLite` in memory.
    SqliteInMemory,
    /// A `SQLite` file.
    SqliteFile(PathBuf),
}

/// All mistakes in the settings, each naming its flag and variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad configuration\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

impl TryFrom<&Args> for Config {
    type Error = ConfigError;

    fn try_from(args: &Args) -> Result<Self, ConfigError> {
        let profile = profile(&args.profile);
        let listen = address("--listen (LISTEN_ADDR)", &args.listen);
        let fault_listen = args.fault_listen.as_deref().map(loopback).transpose();
        let database = database(&args.database);
        let seed = number("--seed (RANDOM_SEED)", &args.seed);
        let drain = number("--drain-seconds (DRAIN_SECONDS)", &args.drain_seconds);
        let log_level = level(&args.log_level);
        match (
            profile,
            listen,
            fault_listen,
            database,
            seed,
            drain,
            log_level,
        ) {
            (
                Ok(profile),
                Ok(listen),
                Ok(fault_listen),
                Ok(database),
                Ok(seed),
                Ok(drain),
                Ok(log_level),
            ) => Ok(Self {
                profile,
                listen,
                fault_listen,
                database,
                seed,
                drain: Duration::from_secs(drain),
                log_level,
            }),
            (profile, listen, fault_listen, database, seed, drain, log_level) => {
                let mistakes = [
                    profile.err(),
                    listen.err(),
                    fault_listen.err(),
                    database.err(),
                    seed.err(),
                    drain.err(),
                    log_level.err(),
                ];
                Err(ConfigError(mistakes.into_iter().flatten().collect()))
            }
        }
    }
}

fn profile(text: &str) -> Result<&'static str, String> {
    match text {
        "kv" => Ok("kv"),
        _ => Err(format!(
            "--profile (TARGET_PROFILE): unknown profile `{text}`; known: kv"
        )),
    }
}

fn address(setting: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|error| {
        format!("{setting}: `{text}` is no IP address with port ({error}); try 127.0.0.1:0")
    })
}

/// Whoever reaches the fault API can break the service, so it is not offered to the network.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let setting = "--fault-listen (FAULT_ADDR)";
    let address = address(setting, text)?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!(
            "{setting}: `{text}` is no loopback address; try 127.0.0.1:{}",
            address.port()
        ))
    }
}

fn database(text: &str) -> Result<Database, String> {
    let setting = "--database (DATABASE_LOCATION)";
    match text {
        "" => Err(format!("{setting}: is empty; try :memory:")),
        "memory" => Ok(Database::Memory),
        ":memory:" => Ok(Database::SqliteInMemory),
        // Not repeated: such an address may hold a password.
        url if url.contains("://") => Err(format!(
            "{setting}: is an address; only files and :memory: are known"
        )),
        path => Ok(Database::SqliteFile(path.into())),
    }
}

fn number(setting: &str, text: &str) -> Result<u64, String> {
    let parsed = text.parse();
    parsed.map_err(|error| format!("{setting}: `{text}` is no whole number ({error}); try 1"))
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "debug" => Ok(Level::Debug),
        "info" => Ok(Level::Info),
        "warn" => Ok(Level::Warn),
        "error" => Ok(Level::Error),
        _ => Err(format!(
            "--log-level (LOG_LEVEL): unknown level `{text}`; known: debug, info, warn, error"
        )),
    }
}
