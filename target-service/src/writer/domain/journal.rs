//! What happens to the writer, told as it happens.

use super::RowsError;

/// One thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The wait for the database begins.
    Waiting,
    /// One more try failed.
    NotYetReady {
        /// Number of the try, from 0.
        n: u32,
        /// Tries in all.
        of: u32,
        /// Why.
        error: &'a RowsError,
    },
    /// The database answers and the table is there.
    Ready,
    /// A tick begins to add a row.
    Adding,
    /// The row is there.
    Added,
    /// The row is not there, or nobody knows.
    Failed(&'a RowsError),
    /// The tick failed on purpose.
    Simulated(&'static str),
}

/// Whoever keeps the books.
pub trait Journal: Send + Sync + 'static {
    /// Takes note. Must not block.
    fn tell(&self, event: Event<'_>);
}
