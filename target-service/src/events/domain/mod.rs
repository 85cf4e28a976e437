//! What the service is about: domains, events of them, and the verdict.
//!
//! Nothing here knows HTTP, SQL or telemetry.

mod event;
mod name;
mod store;
mod tally;
mod verdict;

pub use event::{Event, EventKind};
pub use name::{DomainName, InvalidDomain};
pub use store::{DomainStore, Reply, StoreError};
pub use tally::{Tally, Totals};
pub use verdict::{Threshold, Verdict};
