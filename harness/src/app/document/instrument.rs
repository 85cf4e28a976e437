//! The instrument about itself.

use super::percentiles::percentiles;
use crate::ledger::Ledger;
use crate::model::{Severity, Status, Verdict};
use crate::report::document::InstrumentInfo;
use crate::verify::Case;

/// Facts of the generator, its lateness over the measured phases, and every warning.
pub(super) fn instrument(case: &Case<'_>, verdict: &Verdict) -> InstrumentInfo {
    let warnings = verdict
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Warning && f.status != Status::Pass)
        .map(|f| format!("{}: {}, {}", f.check, f.subject, f.summary))
        .collect();
    InstrumentInfo {
        generator: case.ledger.generator.clone(),
        delay: percentiles(&Ledger::merge_histograms(case.ledger.measured(), |c| {
            &c.delay
        })),
        warnings,
    }
}
