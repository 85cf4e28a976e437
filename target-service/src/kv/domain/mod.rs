//! What the service is about: keys, values and a store of them.
//!
//! Nothing here knows HTTP, SQL or telemetry.

mod key;
mod list_limit;
mod store;
mod value;

pub use key::{Key, KeyError};
pub use list_limit::{ListLimit, ListLimitError};
pub use store::{Reply, Store, StoreError};
pub use value::{Value, ValueError};
