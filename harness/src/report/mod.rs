//! Reports: one document, many views. A renderer computes no judgement.

pub mod document;

pub use document::Document;
