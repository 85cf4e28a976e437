//! The table, and the statements that `SQLite` and `PostgreSQL` both understand.

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS kv (\
    database_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (database_id, key))";

/// Fails when a table of this name holds something else.
pub(super) const SHAPE: &str = "SELECT database_id, key, value FROM kv LIMIT 0";

pub(super) const PUT: &str = "INSERT INTO kv (database_id, key, value) VALUES ($1, $2, $3) \
    ON CONFLICT (database_id, key) DO UPDATE SET value = excluded.value";

/// No error on a duplicate: an error would have to be told apart from others, and rolled back.
pub(super) const INSERT: &str = "INSERT INTO kv (database_id, key, value) VALUES ($1, $2, $3) \
    ON CONFLICT (database_id, key) DO NOTHING";

pub(super) const GET: &str = "SELECT value FROM kv WHERE database_id = $1 AND key = $2";

pub(super) const DELETE: &str = "DELETE FROM kv WHERE database_id = $1 AND key = $2";

/// In the order of the index, whatever the collation.
pub(super) const PAGE: &str = "SELECT key, value FROM kv WHERE database_id = $1 AND key > $2 \
    ORDER BY key LIMIT $3";

pub(super) const DATABASES: &str =
    "SELECT database_id, count(*) FROM kv GROUP BY database_id ORDER BY database_id";

/// The table, not a constant: `SELECT 1` would succeed on a database that lost it.
pub(super) const PING: &str = "SELECT EXISTS (SELECT 1 FROM kv)";
