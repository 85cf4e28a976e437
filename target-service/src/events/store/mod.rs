//! Adapters of [`DomainStore`](crate::events::domain::DomainStore). One contract suite runs on all of them.

mod measured;
mod memory;
mod postgres;
mod read_then_write;
mod sql;
mod sqlite;

pub use measured::MeasuredStore;
pub use memory::MemoryStore;
pub use postgres::PostgresStore;
pub use read_then_write::{Overwrite, ReadThenWrite};
pub use sqlite::{OpenError, SqliteStore};
