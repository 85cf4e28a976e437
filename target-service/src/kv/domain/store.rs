//! The port to whatever keeps the entries.

use std::{error::Error, future::Future, pin::Pin};

use super::{Key, ListLimit, Value};

/// The answer of a store, on its way.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A store of entries, shared by all requests.
///
/// Each call is atomic, and a write that was answered is seen by every later read. Calls may be
/// dropped half-way; the write they asked for then happened or did not.
pub trait Store: Send + Sync + 'static {
    /// Keeps `value` under `key`, in place of what was there.
    fn put(&self, key: Key, value: Value) -> Reply<'_, ()>;

    /// The value under `key`; `None` when there is no such entry.
    fn get(&self, key: Key) -> Reply<'_, Option<Value>>;

    /// Removes the entry; `false` when there was none.
    fn delete(&self, key: Key) -> Reply<'_, bool>;

    /// The first keys in ascending byte order, at most `limit`.
    fn keys(&self, limit: ListLimit) -> Reply<'_, Vec<Key>>;

    /// A round trip that would fail if a read would.
    fn ping(&self) -> Reply<'_, ()>;

    /// Finishes what is under way; every call afterwards may fail.
    fn close(&self) -> Reply<'_, ()>;
}

/// The store could not be asked, or could not answer. Carries the adapter's own error.
#[derive(Debug, thiserror::Error)]
#[error("store unavailable")]
pub struct StoreError(#[source] Box<dyn Error + Send + Sync>);

impl StoreError {
    /// Wraps the error of an adapter.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
