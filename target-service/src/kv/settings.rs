//! Settings of the `kv` profile.

use std::path::Path;

use super::{Compat, seal::MasterKeys};
use crate::{
    config::{Args, Database, Mistakes, Secret},
    database::Journal,
    http::causes,
};

const FILE: &str = "--master-key-file (MASTER_KEY_FILE)";
const POOL: &str = "--database-pool (DATABASE_POOL)";
const JOURNAL: &str = "--sqlite-journal (SQLITE_JOURNAL)";
const DEFAULT_POOL: u32 = 10;
const MAX_POOL: u32 = 1000;
const KEY: &str = "--master-key (MASTER_KEY)";

/// Raw settings of this profile alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct KvArgs {
    /// Whose answers /kv of kv gives: none for its own, or dumbkv
    #[arg(
        long,
        env = "TARGET_COMPAT",
        default_value = "none",
        value_name = "SERVICE"
    )]
    pub compat: String,

    /// Seals the entries of kv: lines of NAME:KEY, 32 bytes in hex or base64, the current key first
    #[arg(long, env = "MASTER_KEY_FILE", value_name = "PATH")]
    pub master_key_file: Option<String>,

    /// The same as text; prefer the variable, as everybody sees the command line
    #[arg(
        long,
        env = "MASTER_KEY",
        value_name = "[NAME:]KEY",
        hide_env_values = true
    )]
    pub master_key: Option<Secret>,

    /// wal, or delete for a kv file on a network volume
    #[arg(
        long,
        env = "SQLITE_JOURNAL",
        default_value = "wal",
        value_name = "MODE"
    )]
    pub sqlite_journal: String,
}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where entries are kept.
    pub database: Database,
    /// How a `SQLite` file is kept whole.
    pub journal: Journal,
    /// Connections to a `PostgreSQL` server, at most.
    pub pool: u32,
    /// Whose answers `/kv` gives.
    pub compat: Compat,
    /// What seals them; `None`: a key file beside the database, or a key for this process alone.
    pub master_keys: Option<MasterKeys>,
}

impl Settings {
    /// Reads the settings; notes every mistake.
    pub fn check(args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        let database = Database::check(args, Database::SqliteInMemory, mistakes);
        let journal = mistakes.note(journal(&args.kv.sqlite_journal));
        let pool = pool(args.database_pool.as_deref(), mistakes);
        let compat = args.kv.compat.parse();
        let compat = compat.map_err(|error| format!("--compat (TARGET_COMPAT): {error}"));
        let compat = mistakes.note(compat);
        let master_keys = mistakes.note(master_keys(&args.kv))?;
        let (database, compat) = (database?, compat?);
        if matches!(database, Database::Postgres(_)) && master_keys.is_none() {
            mistakes.push(format!(
                "{FILE}: is missing, and PostgreSQL gets no entries without; \
                 try `openssl rand -hex 32 > master.key`"
            ));
            return None;
        }
        Some(Self {
            database,
            journal: journal?,
            pool: pool?,
            compat,
            master_keys,
        })
    }

    /// What the first log line says about them.
    pub fn told(&self) -> serde_json::Map<String, serde_json::Value> {
        let database = ("database".to_owned(), self.database.kind().into());
        let compat = ("compat".to_owned(), self.compat.as_str().into());
        [database, compat].into_iter().collect()
    }
}

fn journal(text: &str) -> Result<Journal, String> {
    match text {
        "wal" => Ok(Journal::WriteAhead),
        "delete" => Ok(Journal::Rollback),
        _ => Err(format!(
            "{JOURNAL}: unknown mode `{text}`; known: wal, delete"
        )),
    }
}

fn pool(text: Option<&str>, mistakes: &mut Mistakes) -> Option<u32> {
    let Some(text) = text else {
        return Some(DEFAULT_POOL);
    };
    let connections = mistakes.number(POOL, text)?;
    let known = u32::try_from(connections).ok();
    let known = known.filter(|connections| (1..=MAX_POOL).contains(connections));
    mistakes.note(
        known.ok_or_else(|| {
            format!("{POOL}: `{text}` is not from 1 to {MAX_POOL}; try {DEFAULT_POOL}")
        }),
    )
}

fn master_keys(args: &KvArgs) -> Result<Option<MasterKeys>, String> {
    let keys = match (&args.master_key_file, &args.master_key) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => Err(format!("{FILE}: is set together with {KEY}; drop one")),
        (Some(path), None) => MasterKeys::read(Path::new(path))
            .map_err(|error| format!("{FILE}: `{path}`: {}", told(&error))),
        (None, Some(text)) => {
            MasterKeys::parse(text.expose()).map_err(|error| format!("{KEY}: {error}"))
        }
    };
    keys.map(Some)
}

fn told(error: &super::seal::MasterKeyFileError) -> String {
    match causes(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
