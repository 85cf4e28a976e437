//! The instrument about itself.

use super::percentiles::percentiles;
use crate::ledger::{GeneratorFacts, Ledger};
use crate::report::document::InstrumentInfo;
use crate::verify::Case;

/// Facts of the generator, its lateness over the measured phases, and what is worth a word and no finding.
pub(super) fn instrument(case: &Case<'_>) -> InstrumentInfo {
    InstrumentInfo {
        generator: case.ledger.generator.clone(),
        delay: percentiles(&Ledger::merge_histograms(case.ledger.measured(), |c| {
            &c.delay
        })),
        warnings: [
            closed(&case.ledger.generator),
            waited(&case.ledger.generator),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn closed(generator: &GeneratorFacts) -> Option<String> {
    generator.closed_loop.then(|| {
        "closed loop: the service set the pace, so these latencies leave out those who would have had to wait; read the \
         rate, and give a rate to learn the latencies"
            .to_owned()
    })
}

fn waited(generator: &GeneratorFacts) -> Option<String> {
    (generator.waited_for_place > 0).then(|| {
        format!(
            "{} arrivals waited for one of {} places in flight; their waiting counts as response time",
            generator.waited_for_place, generator.max_in_flight
        )
    })
}
