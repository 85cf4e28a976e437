//! Settings of the `kv` profile.

use crate::config::{Args, Database, Mistakes};

/// Raw settings of this profile alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct KvArgs {}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where entries are kept.
    pub database: Database,
}

impl Settings {
    /// Reads the settings; notes every mistake.
    pub fn check(args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        let database = Database::check(args, Database::SqliteInMemory, mistakes)?;
        Some(Self { database })
    }

    /// What the first log line says about them.
    pub fn told(&self) -> serde_json::Map<String, serde_json::Value> {
        let kind = self.database.kind().into();
        [("database".to_owned(), kind)].into_iter().collect()
    }
}
