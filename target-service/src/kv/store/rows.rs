//! Between rows and entries, the same for every SQL adapter.

use crate::kv::domain::{DatabaseId, KeyId, Page, Sealed, StoreError};

/// The id to begin behind; no id is empty.
pub(super) fn after(page: &Page) -> String {
    let after = page.after.as_ref();
    after.map_or_else(String::new, |id| id.as_str().to_owned())
}

pub(super) fn entries(rows: Vec<(String, String)>) -> Vec<(KeyId, Sealed)> {
    let entry = |(key, value): (String, String)| (KeyId::new(key), Sealed::new(value));
    rows.into_iter().map(entry).collect()
}

pub(super) fn databases(rows: Vec<(i32, i64)>) -> Result<Vec<(DatabaseId, u64)>, StoreError> {
    let database = |(id, count): (i32, i64)| {
        let id = DatabaseId::new(id.into()).map_err(StoreError::unreadable)?;
        Ok((id, count.unsigned_abs()))
    };
    rows.into_iter().map(database).collect()
}
