//! Reports: one document, many views. A renderer computes no judgement.

pub mod capacity;
pub mod document;
pub mod format;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod output;
mod stall;
mod story;
pub mod terminal;

pub use document::Document;
pub use output::{Format, RenderError, render};
pub use stall::stall;
pub use terminal::Style;
