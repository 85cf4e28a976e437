//! What every profile does with a request before and after its own routes.

mod deadline;
mod error;
mod panics;
mod probes;
mod rate_limit;
mod receive;
pub mod request_body;

pub use deadline::deadline;
pub use error::{HttpError, causes, refuse};
pub use panics::{catch_panic, panics_answered, tell_panics_in_request_lines};
pub use probes::{Health, LIVEZ, READYZ, router as probes};
pub use rate_limit::{Rate, RateLimit, rate_limit};
pub use receive::receive;
