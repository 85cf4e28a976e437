//! OpenSLO v1 documents: which promises services make, how they are measured, and when they alert.
//!
//! [`File::read`] reads all seven kinds with all their mistakes. What a document says and rules cannot is told by
//! [`lower()`] and [`unsaid()`], never dropped.

mod alerting;
mod file;
mod head;
mod length;
mod library;
mod lower;
mod objective;
mod placed;
pub(super) mod queries;
mod reader;
mod sli;
mod slo;
pub mod spec;
mod window;

pub use alerting::{AlertCondition, AlertPolicy};
pub use file::{File, KINDS};
pub use head::Head;
pub use length::Length;
pub use lower::{lower, unsaid};
pub(super) use objective::tidy;
pub use objective::{Bound, ObjectiveDocument, Slice};
pub use placed::Placed;
pub use sli::{Measure, Metric, Sli};
pub use slo::SloDocument;
pub use window::Window;

use super::definition::Slo;
use super::objective::Objective;
use crate::model::{Diagnostic, Source};

/// The objectives of a file; see [`read()`].
pub fn parse(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Objective> {
    read(source, found)
        .into_iter()
        .map(|slo| slo.objective)
        .collect()
}

/// Reads every SLO of a file that is to be compiled; mistakes, and what cannot be compiled, go to `found`, and an SLO
/// with any is left out.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Slo> {
    let file = File::read(source, found);
    let slos = file.slos.iter();
    slos.filter_map(|slo| lower(slo, source, found)).collect()
}

#[cfg(test)]
mod tests;
