//! Entries in clear, over a store that only sees sealed ones.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    domain::{DatabaseId, EntryId, Key, KeyId, ListLimit, Page, Sealed, Store, StoreError, Value},
    operations::{Operation, Operations, Outcome},
    seal::Seal,
};

/// Entries read at once for a listing: some megabytes if all values are as large as can be.
const PAGE: u16 = 100;

/// What the routes work with. Clones share the store.
///
/// An entry may be kept under an older master key until it is written again; then it moves. Reads and
/// writes mind the order of these steps, so that an entry that exists is never missed, and one that was
/// deleted or replaced does not come back, wherever a process is killed between them.
#[derive(Clone)]
pub struct Entries {
    store: Arc<dyn Store>,
    seal: Seal,
    operations: Operations,
}

impl Entries {
    /// Entries in `store`, sealed by `seal`.
    pub fn new(store: Arc<dyn Store>, seal: Seal) -> Self {
        Self {
            store,
            seal,
            operations: Operations::default(),
        }
    }

    /// The counts of everything that is asked here, and of what is refused before.
    pub fn operations(&self) -> &Operations {
        &self.operations
    }

    /// Keeps `value` under `key`, in place of what was there.
    pub async fn put(
        &self,
        database: DatabaseId,
        key: &Key,
        value: &Value,
    ) -> Result<(), StoreError> {
        let done = self.put_uncounted(database, key, value).await;
        self.counted(Operation::Set, done, |()| Outcome::Ok)
    }

    /// Keeps `value` under a new key; `false` when the key exists, whose value stays as it is.
    pub async fn insert(
        &self,
        database: DatabaseId,
        key: &Key,
        value: &Value,
    ) -> Result<bool, StoreError> {
        let done = self.insert_uncounted(database, key, value).await;
        self.counted(Operation::Set, done, |inserted| match inserted {
            true => Outcome::Ok,
            false => Outcome::Conflict,
        })
    }

    /// The value under `key`; `None` when there is no such entry.
    pub async fn get(&self, database: DatabaseId, key: &Key) -> Result<Option<Value>, StoreError> {
        let done = self.get_uncounted(database, key).await;
        self.counted(Operation::Get, done, |found| match found {
            Some(_) => Outcome::Ok,
            None => Outcome::NotFound,
        })
    }

    /// Removes the entry; `false` when there was none.
    pub async fn delete(&self, database: DatabaseId, key: &Key) -> Result<bool, StoreError> {
        let done = self.delete_uncounted(database, key).await;
        self.counted(Operation::Delete, done, |existed| match existed {
            true => Outcome::Ok,
            false => Outcome::NotFound,
        })
    }

    /// The first keys in ascending byte order, at most `limit`. Reads the whole database, as the store
    /// cannot know the order of keys that it does not know.
    pub async fn keys(
        &self,
        database: DatabaseId,
        limit: ListLimit,
    ) -> Result<Vec<Key>, StoreError> {
        let done = self.keys_uncounted(database, limit).await;
        self.counted(Operation::List, done, |_| Outcome::Ok)
    }

    /// The databases that have entries, ascending, with the number of entries.
    pub async fn databases(&self) -> Result<Vec<(DatabaseId, u64)>, StoreError> {
        let done = self.store.databases().await;
        self.counted(Operation::List, done, |_| Outcome::Ok)
    }

    fn counted<T>(
        &self,
        operation: Operation,
        done: Result<T, StoreError>,
        outcome: impl FnOnce(&T) -> Outcome,
    ) -> Result<T, StoreError> {
        let outcome = done.as_ref().map_or(Outcome::Error, outcome);
        self.operations.count(operation, outcome);
        done
    }

    /// A round trip that would fail if a read would.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    async fn put_uncounted(
        &self,
        database: DatabaseId,
        key: &Key,
        value: &Value,
    ) -> Result<(), StoreError> {
        let (current, older) = self.places(database, key);
        let sealed = self.seal.seal(&current, key, value);
        self.store.put(current, sealed).await?;
        for id in older {
            self.store.delete(id).await?;
        }
        Ok(())
    }

    async fn insert_uncounted(
        &self,
        database: DatabaseId,
        key: &Key,
        value: &Value,
    ) -> Result<bool, StoreError> {
        let (current, older) = self.places(database, key);
        for id in older {
            if self.store.get(id).await?.is_some() {
                return Ok(false);
            }
        }
        let sealed = self.seal.seal(&current, key, value);
        self.store.insert(current, sealed).await
    }

    async fn get_uncounted(
        &self,
        database: DatabaseId,
        key: &Key,
    ) -> Result<Option<Value>, StoreError> {
        let (current, older) = self.places(database, key);
        let mut found = None;
        // The current place last: an entry that moves meanwhile is there before it leaves the older one.
        for id in older.into_iter().rev().chain([current]) {
            if let Some(sealed) = self.store.get(id.clone()).await? {
                found = Some((id, sealed));
            }
        }
        let Some((id, sealed)) = found else {
            return Ok(None);
        };
        let (stored, value) = self.open(&id, &sealed)?;
        debug_assert!(stored == *key, "the id is bound to the key");
        Ok(Some(value))
    }

    async fn delete_uncounted(&self, database: DatabaseId, key: &Key) -> Result<bool, StoreError> {
        let (current, older) = self.places(database, key);
        let mut existed = false;
        // The current place last: without it an older value would show again.
        for id in older.into_iter().rev().chain([current]) {
            existed |= self.store.delete(id).await?;
        }
        Ok(existed)
    }

    async fn keys_uncounted(
        &self,
        database: DatabaseId,
        limit: ListLimit,
    ) -> Result<Vec<Key>, StoreError> {
        let mut first = BTreeSet::new();
        let mut after: Option<KeyId> = None;
        loop {
            let limit_of_page = Page { after, limit: PAGE };
            let page = self.store.page(database, limit_of_page).await?;
            for (key, sealed) in &page {
                let key = key.clone();
                let (key, _) = self.open(&EntryId { database, key }, sealed)?;
                first.insert(key);
                if first.len() > limit.get().into() {
                    first.pop_last();
                }
            }
            match page.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok(first.into_iter().collect()),
            }
        }
    }

    /// Where the entry belongs, and where it may be yet, from newer to older.
    fn places(&self, database: DatabaseId, key: &Key) -> (EntryId, Vec<EntryId>) {
        let mut ids = self.seal.ids(database, key);
        let current = ids.remove(0);
        (current, ids)
    }

    fn open(&self, id: &EntryId, sealed: &Sealed) -> Result<(Key, Value), StoreError> {
        self.seal.open(id, sealed).map_err(StoreError::unreadable)
    }
}
