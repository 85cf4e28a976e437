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
        warnings: closed(&case.ledger.generator)
            .into_iter()
            .chain(case.ledger.generator.tight_limits.clone())
            .collect(),
        notes: shared(&case.ledger.generator).into_iter().collect(),
    }
}

fn closed(generator: &GeneratorFacts) -> Option<String> {
    generator.closed_loop.then(|| {
        "closed loop: the service set the pace, so these latencies leave out those who would have had to wait; read the \
         rate, and give a rate to learn the latencies"
            .to_owned()
    })
}

/// Nothing is wrong with that, and every demonstration does it; but what one takes, the other lacks.
fn shared(generator: &GeneratorFacts) -> Option<String> {
    let cores = match generator.shared_cores {
        None => " and compete for its processors".to_owned(),
        Some(0) => " but no processor core".to_owned(),
        Some(n) => format!(" and compete for {n} of its processor cores"),
    };
    generator.shared_host.filter(|shared| *shared).map(|_| {
        format!("generator and service share this machine{cores}; for capacity, run them on machines of their own")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_the_machine_that_might_not_hold_out_is_a_warning() {
        let told = "17 connections are planned";
        let fixture = crate::verify::fixture::Fixture::new()
            .with(|f| f.ledger.generator.tight_limits = vec![told.to_owned()]);
        assert_eq!(fixture.judge(instrument).warnings, [told]);
    }

    #[test]
    fn a_shared_machine_is_told_with_the_cores_that_both_use() {
        let told = |host, cores| {
            shared(&GeneratorFacts {
                shared_host: host,
                shared_cores: cores,
                ..GeneratorFacts::default()
            })
        };
        assert_eq!(told(None, None), None);
        assert_eq!(told(Some(false), None), None);
        for (cores, words) in [
            (None, "share this machine and compete for its processors;"),
            (Some(0), "share this machine but no processor core;"),
            (
                Some(2),
                "share this machine and compete for 2 of its processor cores;",
            ),
        ] {
            let note = told(Some(true), cores).unwrap();
            assert!(note.contains(words), "{note}");
        }
    }
}
