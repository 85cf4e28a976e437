//! Entries as they leave the process: whoever has the table alone learns neither keys nor values.
//!
//! ```text
//! master key ──HKDF──► id key          id     = HMAC-SHA256(id key, database ‖ key)
//!            └─HKDF──► encryption key  sealed = v1.<master key name>.base64url(nonce ‖ AES-256-GCM(key ‖ value))
//! ```
//!
//! The two derived keys tell nothing of each other, so an id does not help to open its entry. Database, id
//! and head are authenticated with each entry: a row that was moved or changed does not open.

mod cipher;
mod key_file;
mod master_key;

pub use cipher::SealError;
pub use key_file::{KeyFileError, beside};
pub use master_key::{MasterKey, MasterKeyError, MasterKeyFileError, MasterKeys};

use std::{fmt, sync::Arc};

use super::domain::{DatabaseId, EntryId, Key, Sealed, Value};
use cipher::Cipher;

/// Seals and opens entries under one or more master keys. Clones share the keys.
#[derive(Clone)]
pub struct Seal(Arc<[Cipher]>);

impl Seal {
    /// Seals under the first of `keys`, opens under all.
    pub fn new(keys: &MasterKeys) -> Self {
        Self(keys.iter().map(Cipher::new).collect())
    }

    /// A seal that nobody can open after this process.
    pub fn random() -> Self {
        Self::new(&MasterKeys::random())
    }

    /// Where `key` may be kept: one id per master key, the current one first.
    pub(super) fn ids(&self, database: DatabaseId, key: &Key) -> Vec<EntryId> {
        let id = |cipher: &Cipher| EntryId {
            database,
            key: cipher.id(database, key),
        };
        self.0.iter().map(id).collect()
    }

    /// Under the current master key.
    pub(super) fn seal(&self, id: &EntryId, key: &Key, value: &Value) -> Sealed {
        self.0[0].seal(id, key, value)
    }

    /// Key and value of what is kept under `id`.
    pub(super) fn open(&self, id: &EntryId, sealed: &Sealed) -> Result<(Key, Value), SealError> {
        let name = cipher::master_key_name(sealed)?;
        let mut all = self.0.iter();
        let cipher = all.find(|cipher| cipher.name() == name);
        cipher.ok_or(SealError::UnknownMasterKey)?.open(id, sealed)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(Cipher::name);
        f.debug_list().entries(names).finish()
    }
}
