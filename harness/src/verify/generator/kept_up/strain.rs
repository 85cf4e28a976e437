//! What may keep the generator from its schedule: each is told, and the schedule delay says whether it did.

use super::{META, delay_limit};
use crate::ledger::{Ledger, PAUSE, WatchRow};
use crate::model::{Finding, Millis};
use crate::verify::case::Case;
use crate::verify::words;

/// Above this share of what it may use the generator competes with itself.
pub(super) const MAX_CPU_SHARE: f64 = 0.8;

/// If that lasts longer than this, it is no passing peak.
pub(super) const STRAIN: Millis = Millis(5000);

/// Of pauses, the processor and the places in flight.
pub(super) fn findings(case: &Case<'_>) -> [Finding; 3] {
    [pauses(case), processor(case.ledger), places(case.ledger)]
}

fn pauses(case: &Case<'_>) -> Finding {
    let Some(pauses) = case.ledger.generator.pauses else {
        return META.skipped("pauses", "pauses of the process were not measured");
    };
    let longest = words::micros(pauses.longest_us);
    let finding = if pauses.count > 0 {
        let times = words::count(pauses.count, "time");
        META.undecided(
            "pauses",
            format!("the generator stood still {times}, the longest for {longest}"),
        )
        .hint(format!(
            "look for a suspended or overcommitted machine. Latencies around that moment are its own; whether they \
             spoil the run is what the schedule delay says, which must stay within {}",
            words::micros(delay_limit(case.plan))
        ))
    } else {
        META.pass("pauses", "the generator never stood still")
    };
    finding
        .expected(format!("no heartbeat more than {PAUSE} late"))
        .observed(format!(
            "{} late, the longest {longest} until {} into the load",
            words::grouped(pauses.count),
            Millis(pauses.longest_at_ms)
        ))
}

fn processor(ledger: &Ledger) -> Finding {
    let used: Option<Vec<(u64, f64)>> = ledger.watch.iter().map(used).collect();
    let (Some(used), Some(cores)) = (used, ledger.generator.cpu_cores) else {
        return META.skipped("processor", "processor time was not measured");
    };
    let Some(most) = used.iter().map(|(_, cores)| *cores).reduce(f64::max) else {
        return META.skipped("processor", "processor time was not measured");
    };
    let (length, from) = longest_strain(&used, cores * MAX_CPU_SHARE);
    let finding = if length > STRAIN {
        META.undecided(
            "processor",
            format!("the generator was short of processor time for {length}, from {from} on"),
        )
        .hint("give sloproof more cores or a higher quota, or lower the rate; its latencies may include its own queue")
    } else {
        META.pass("processor", "the generator had processor time to spare")
    };
    finding
        .expected(format!(
            "more than {:.0} % of {cores:.1} cores for at most {STRAIN}",
            MAX_CPU_SHARE * 100.0
        ))
        .observed(format!("{length}; {most:.1} cores in the busiest second"))
}

/// The end of a second and the cores used in it. Time spent awaiting intended times is no strain.
fn used(row: &WatchRow) -> Option<(u64, f64)> {
    let used = row.cpu_cores_used? - row.spinning_cores;
    Some((row.until_ms, used.max(0.0)))
}

/// The longest stretch of seconds in a row with more than `limit`, and when it began.
fn longest_strain(used: &[(u64, f64)], limit: f64) -> (Millis, Millis) {
    let (mut longest, mut began) = ((Millis(0), Millis(0)), 0);
    for (until, cores) in used {
        if *cores > limit {
            let length = Millis(until - began);
            if length > longest.0 {
                longest = (length, Millis(began));
            }
        } else {
            began = *until;
        }
    }
    longest
}

fn places(ledger: &Ledger) -> Finding {
    let facts = &ledger.generator;
    if facts.closed_loop {
        return META.skipped(
            "places in flight",
            "in a closed loop the service sets the pace",
        );
    }
    if facts.sent == 0 {
        return META.skipped("places in flight", "nothing was sent");
    }
    let waited = words::count(facts.waited_for_place, "arrival");
    let full = facts.full_ms.map(|ms| format!(" for {}", Millis(ms)));
    let full = full.unwrap_or_default();
    let finding = if facts.waited_for_place > 0 {
        META.undecided(
            "places in flight",
            format!("the cap was reached{full}, and {waited} waited for a place"),
        )
        .hint(
            "their waiting counts as response time. Raise load.maxInFlight (-c) if real users would not wait for each \
             other; else the service answers too slowly for this rate",
        )
    } else {
        META.pass("places in flight", "every arrival found a place")
    };
    finding
        .expected(format!("fewer than {} at once", facts.max_in_flight))
        .observed(format!("{waited} waited{full}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strain_is_the_longest_stretch_in_a_row() {
        let used = [
            (1000, 0.9),
            (2000, 0.1),
            (3000, 0.9),
            (5500, 0.81),
            (6000, 0.8),
        ];
        assert_eq!(longest_strain(&used, 0.8), (Millis(3500), Millis(2000)));
        assert_eq!(longest_strain(&used, 1.0), (Millis(0), Millis(0)));
        assert_eq!(longest_strain(&[], 1.0), (Millis(0), Millis(0)));
    }
}
