//! Where an entry is kept, as the store sees it.

use std::fmt;

use super::DatabaseId;

/// What a key is stored as: a keyed hash, which neither shows the key nor helps to open the entry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Any text will do; [`crate::kv::Seal`] makes them.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// By hand: whoever has the database could tell from a log which entry was used when.
impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyId(..)")
    }
}

/// The place of one entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The database.
    pub database: DatabaseId,
    /// The key, as stored.
    pub key: KeyId,
}
