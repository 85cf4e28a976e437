//! To and from the formats of Sloth and Pyrra, and the rules that those tools make of them.
//!
//! An import writes OpenSLO; what OpenSLO has no field for is kept in annotations under `sloproof/`, so that an export
//! gives back what was imported. What neither can say is told as a [`Loss`].

pub mod duration;
pub mod loss;
pub mod pyrra;
pub mod selector;
pub mod sloth;

pub use loss::Loss;

use super::openslo::spec::{Document, SloSpec};

/// A file written anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange<T> {
    /// What was written.
    pub written: T,
    /// What could not be.
    pub losses: Vec<Loss>,
}

/// OpenSLO documents as the text of a file.
pub fn openslo_text(documents: &[Document<SloSpec>]) -> Result<String, serde_saphyr::ser::Error> {
    stream(documents)
}

/// Documents of any kind as a stream.
pub fn stream<T: serde::Serialize>(documents: &[T]) -> Result<String, serde_saphyr::ser::Error> {
    let texts: Result<Vec<String>, _> = documents.iter().map(serde_saphyr::to_string).collect();
    Ok(texts?.join("---\n"))
}
