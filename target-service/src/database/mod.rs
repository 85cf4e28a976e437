//! Connections to databases, the same for every profile that keeps something.

mod sqlite;

pub use sqlite::{Sqlite, SqliteOpenError};
