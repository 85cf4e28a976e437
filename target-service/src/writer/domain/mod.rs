//! What the writer does: wait for its database, then add a row at each tick, or fail to.
//!
//! Nothing here knows HTTP, SQL, metrics or log lines. Clock, dice and database are given.

mod chance;
mod journal;
mod pace;
mod rows;
mod work;

pub use chance::{Chance, SIMULATED};
pub use journal::{Event, Journal};
pub use pace::Pace;
pub use rows::{Reply, Rows, RowsError};
pub use work::{Clock, NeverReady, Work};
