//! The HTTP side of the service: requests in, entries and answers out.

mod catalogue;
mod deadline;
mod error;
mod kv;
mod probes;
mod receive;

pub use catalogue::KV;
pub use deadline::deadline;
pub use error::ApiError;
pub use kv::router as kv;
pub use probes::router as probes;
pub use receive::receive;
