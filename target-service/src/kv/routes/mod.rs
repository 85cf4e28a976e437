//! The HTTP side of the profile: requests in, entries and answers out.
//!
//! `entries` and `databases` are our own API under `/v1`; `dumbkv` is the one path `/kv` with all in the
//! body; `page`, `docs` and `health` are what stands around them.

pub(super) mod catalogue;
pub(super) mod databases;
pub(super) mod docs;
pub(super) mod dumbkv;
pub(super) mod entries;
mod error;
pub(super) mod health;
pub(super) mod page;

pub(super) use catalogue::CHANGING;
pub use catalogue::catalogue;
pub(super) use error::Detail;
pub use error::KvError;

use std::sync::Arc;

use axum::Router;

use super::{Compat, Entries, Operation, Outcome};
use crate::profile::Dependency;

/// What every route can use.
pub(super) struct Shared {
    pub(super) entries: Entries,
    pub(super) compat: Compat,
    /// What the database says of a duplicate key.
    pub(super) duplicate: &'static str,
    /// Asked by `/health`.
    pub(super) store: Arc<dyn Dependency>,
}

impl Shared {
    /// Passes on what was checked before the entries are asked, and counts what was refused.
    fn checked<T, E>(&self, operation: Operation, checked: Result<T, E>) -> Result<T, E> {
        if checked.is_err() {
            self.entries.operations().count(operation, Outcome::Invalid);
        }
        checked
    }
}

/// All routes of the profile.
pub(super) fn router(shared: Shared) -> Router {
    let kv = match shared.compat {
        Compat::None => dumbkv::native::router(),
        Compat::DumbKv => dumbkv::original::router(),
    };
    Router::new()
        .merge(entries::router())
        .merge(databases::router())
        .merge(kv)
        .merge(health::router())
        .merge(page::router())
        .merge(docs::router())
        .with_state(Arc::new(shared))
}
