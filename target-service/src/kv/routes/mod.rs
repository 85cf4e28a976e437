//! The HTTP side of the profile: requests in, entries and answers out.

mod catalogue;
mod entries;
mod error;

pub use catalogue::KV;
pub(super) use entries::router;
pub use error::KvError;
