//! What the service is about: keys, values and a store of them.
//!
//! Nothing here knows HTTP, SQL, encryption or telemetry.

mod database_id;
mod entry_id;
mod key;
mod list_limit;
mod sealed;
mod store;
mod value;

pub use database_id::{DatabaseId, DatabaseIdError};
pub use entry_id::{EntryId, KeyId};
pub use key::{Key, KeyError};
pub use list_limit::{ListLimit, ListLimitError};
pub use sealed::Sealed;
pub use store::{Page, Reply, Store, StoreError};
pub use value::{Value, ValueError};
