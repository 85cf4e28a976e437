//! Whose answers the `/kv` routes give.

use std::str::FromStr;

use crate::config::Database;

/// The service whose observable behaviour `/kv` keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compat {
    /// None: statuses say what happened.
    #[default]
    None,
    /// `DumbKV`: its statuses and bodies, a duplicate key as 500 among them.
    DumbKv,
}

impl Compat {
    /// As in `--compat`, labels and log lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::DumbKv => "dumbkv",
        }
    }
}

/// No service of this name is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown service `{0}`; known: none, dumbkv")]
pub struct UnknownCompat(String);

impl FromStr for Compat {
    type Err = UnknownCompat;

    fn from_str(text: &str) -> Result<Self, UnknownCompat> {
        let mut all = [Self::None, Self::DumbKv].into_iter();
        all.find(|compat| compat.as_str() == text)
            .ok_or_else(|| UnknownCompat(text.to_owned()))
    }
}

/// What the database itself says of a duplicate key, as far as clients of `DumbKV` see it.
pub(super) fn duplicate(database: &Database) -> &'static str {
    match database {
        // The original tells the stored key where the dots are.
        Database::Postgres(_) => {
            "duplicate key value violates unique constraint \"kv_database_id_key_key\"\n\
             DETAIL:  Key (database_id, key)=(...) already exists."
        }
        _ => "UNIQUE constraint failed: kv.database_id, kv.key",
    }
}
