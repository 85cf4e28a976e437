//! Adapters of [`Store`](crate::kv::domain::Store). One contract suite runs on all of them.

mod fused;
mod health;
mod measured;
mod memory;
mod postgres;
mod rows;
mod sql;
mod sqlite;

pub use fused::FusedStore;
pub use health::Health;
pub use measured::MeasuredStore;
pub use memory::MemoryStore;
pub use postgres::PostgresStore;
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
