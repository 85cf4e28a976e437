//! The views of the report: golden texts, the structure of the page, and that all of them tell the same.

mod agreement;
mod golden;
mod page;
mod sample;
