//! The port to whatever keeps the entries.

use std::{error::Error, future::Future, pin::Pin};

use super::{DatabaseId, EntryId, KeyId, Sealed};

/// The answer of a store, on its way.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A part of a listing, in the store's own order of key ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The last id of the page before; `None` begins.
    pub after: Option<KeyId>,
    /// Most entries wanted, at least 1. Fewer in the answer: there are no more.
    pub limit: u16,
}

/// A store of sealed entries, shared by all requests.
///
/// Each call is atomic, and a write that was answered with success is kept and seen by every later read.
/// After an error it is unknown whether the write happened. Calls may be dropped half-way; the write they
/// asked for then happened or did not.
pub trait Store: Send + Sync + 'static {
    /// Keeps `entry`, in place of what was there.
    fn put(&self, id: EntryId, entry: Sealed) -> Reply<'_, ()>;

    /// Keeps `entry` where there is none yet; `false` when there is one, which stays as it is.
    fn insert(&self, id: EntryId, entry: Sealed) -> Reply<'_, bool>;

    /// The entry; `None` when there is none.
    fn get(&self, id: EntryId) -> Reply<'_, Option<Sealed>>;

    /// Removes the entry; `false` when there was none.
    fn delete(&self, id: EntryId) -> Reply<'_, bool>;

    /// One page of the entries of `database`.
    fn page(&self, database: DatabaseId, page: Page) -> Reply<'_, Vec<(KeyId, Sealed)>>;

    /// The databases that have entries, ascending, with the number of entries.
    fn databases(&self) -> Reply<'_, Vec<(DatabaseId, u64)>>;

    /// A round trip that would fail if a read would.
    fn ping(&self) -> Reply<'_, ()>;

    /// Finishes what is under way; every call afterwards may fail.
    fn close(&self) -> Reply<'_, ()>;
}

/// Why there is no answer. Carries the adapter's own error; neither holds a key or a value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store could not be asked, or did not answer in time.
    #[error("store unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The store answered with something that is no entry, or none of ours.
    #[error("stored entry cannot be read")]
    Unreadable(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Wraps the error of an adapter.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// Wraps the reason why an entry makes no sense.
    pub fn unreadable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreadable(source.into())
    }
}
