//! Who is available when: a pure function of the question, the time and a source of randomness.
//!
//! Nothing here knows HTTP or telemetry, asks a clock or keeps anything.

mod answer;
mod day;
mod directory;
mod question;
mod version;

pub use answer::{Answer, Filters, Item};
pub use day::Slot;
pub use directory::Named;
pub use question::{Misread, Question, Reason};
pub use version::{UnknownVersion, Version};
