//! The report of a search for capacity: one document; a table, a picture and a page are views of it.

mod document;
mod page;
mod picture;
mod story;
mod table;

pub use document::{CAPACITY_SCHEMA_VERSION, CapacityDocument, SearchInfo, StepInfo};
pub use page::page;
pub use picture::picture;
pub use story::{headline, step_line};
pub use table::summary;
