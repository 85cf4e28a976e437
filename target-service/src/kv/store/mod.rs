//! Adapters of [`Store`](crate::kv::domain::Store). One contract suite runs on all of them.

mod memory;
mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::{OpenError, SqliteStore};
