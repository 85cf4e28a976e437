//! Settings of the `events` profile.

use crate::{
    config::{Args, Database, Mistakes},
    events::domain::Threshold,
};

const POOL: &str = "--database-pool (DATABASE_POOL)";
const THRESHOLD: &str = "--catch-all-threshold (CATCH_ALL_THRESHOLD)";

const DEFAULT_POOL: u32 = 50;
const MAX_POOL: u64 = 1000;

/// Raw settings of this profile alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct EventsArgs {
    /// Delivered mails without a bounce that make a domain catch-all; 1000 unless set
    #[arg(long, env = "CATCH_ALL_THRESHOLD", value_name = "N")]
    pub catch_all_threshold: Option<String>,
}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the counts are kept.
    pub database: Database,
    /// Connections to a `PostgreSQL` server, at most.
    pub pool: u32,
    /// What makes a domain catch-all.
    pub threshold: Threshold,
}

impl Settings {
    /// Reads the settings; notes every mistake.
    pub fn check(args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        let database = Database::check(args, Database::Memory, mistakes);
        let pool = pool(args.database_pool.as_deref(), mistakes);
        let threshold = threshold(args.events.catch_all_threshold.as_deref(), mistakes);
        Some(Self {
            database: database?,
            pool: pool?,
            threshold: threshold?,
        })
    }

    /// What the first log line says about them.
    pub fn told(&self) -> serde_json::Map<String, serde_json::Value> {
        let kind = self.database.kind().into();
        [("database".to_owned(), kind)].into_iter().collect()
    }
}

fn pool(text: Option<&str>, mistakes: &mut Mistakes) -> Option<u32> {
    let Some(text) = text else {
        return Some(DEFAULT_POOL);
    };
    let connections = mistakes.number(POOL, text)?;
    if (1..=MAX_POOL).contains(&connections) {
        return u32::try_from(connections).ok();
    }
    mistakes.push(format!(
        "{POOL}: `{text}` is not from 1 to {MAX_POOL}; try {DEFAULT_POOL}"
    ));
    None
}

fn threshold(text: Option<&str>, mistakes: &mut Mistakes) -> Option<Threshold> {
    let Some(text) = text else {
        return Some(Threshold::default());
    };
    let threshold = Threshold::new(mistakes.number(THRESHOLD, text)?);
    if threshold.is_none() {
        mistakes.push(format!(
            "{THRESHOLD}: `{text}` makes every domain catch-all; try 1000"
        ));
    }
    threshold
}
