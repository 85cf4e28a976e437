//! The port to whatever keeps the rows.

use std::{future::Future, pin::Pin};

/// The answer of a database, on its way.
pub type Reply<'a> = Pin<Box<dyn Future<Output = Result<(), RowsError>> + Send + 'a>>;

/// The table of rows. A lost connection is opened again by the next call, and every call ends by itself.
pub trait Rows: Send + Sync + 'static {
    /// A round trip to the table, which is made where it is missing.
    fn ping(&self) -> Reply<'_>;

    /// Adds one row. After an error the row may be there all the same: the answer was lost.
    fn insert(&self, data: String) -> Reply<'_>;

    /// Where the rows are, for people; never a password.
    fn place(&self) -> String;

    /// Gives the connection back.
    fn close(&self) -> Reply<'_>;
}

/// The database could not be asked, or could not answer. The text holds neither password nor row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RowsError(pub String);
