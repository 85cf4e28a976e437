//! Adapters of [`Store`](crate::kv::domain::Store). One contract suite runs on all of them.

mod memory;
mod rows;
mod sql;
mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

use crate::database::SqliteOpenError;

/// A store could not be opened or prepared.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no connection.
    #[error(transparent)]
    Sqlite(#[from] SqliteOpenError),
    /// The table is not to be had, or is not ours: an older version had another one.
    #[error(
        "cannot make or use the table `kv`; take another database when this one is of another program"
    )]
    Table(#[source] sqlx::Error),
}
