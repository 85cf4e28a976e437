//! Connections to databases, the same for every profile that keeps something.

mod postgres;
mod sqlite;

pub use postgres::postgres_pool;
pub use sqlite::{Journal, Sqlite, SqliteOpenError, Survives};
