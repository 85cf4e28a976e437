//! File descriptors: one for each connection, and some for the program itself.

use rustix::process::{Resource, getrlimit, setrlimit};

use super::{Planned, PreflightError};

/// An event loop, its timers and its wake-up, with room to spare.
const PER_WORKER: u64 = 8;

/// Reports, questions to servers, name look-ups.
const RESERVE: u64 = 32;

/// How far beyond what is needed the soft limit is raised, where it is: what nobody has counted should not look like a
/// service that cannot be reached.
const ROOM: u64 = 1024;

/// What is open where the system does not tell.
const OPEN: u64 = 32;

/// Files that this process may have open once [`provide`] has raised its soft limit: the hard one.
pub(super) fn most() -> u64 {
    getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX)
}

/// Sees to it that the soft limit is high enough.
pub(super) fn provide(planned: &Planned<'_>) -> Result<(), PreflightError> {
    let needed = needed(planned, open());
    let mut limit = getrlimit(Resource::Nofile);
    let holds = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
    if holds(limit.current) {
        return Ok(());
    }
    let hard = limit.maximum;
    if holds(hard) {
        limit.current = Some(raised(needed, hard));
        if setrlimit(Resource::Nofile, limit).is_ok() {
            return Ok(());
        }
    }
    Err(PreflightError::Descriptors {
        limit: hard.or(limit.current).unwrap_or(u64::MAX),
        connections: planned.connections,
        needed,
    })
}

fn raised(needed: u64, hard: Option<u64>) -> u64 {
    let roomy = needed.saturating_add(ROOM);
    hard.map_or(roomy, |hard| roomy.min(hard))
}

fn needed(planned: &Planned<'_>, open: u64) -> u64 {
    planned.connections + planned.workers * PER_WORKER + open + RESERVE
}

fn open() -> u64 {
    std::fs::read_dir("/proc/self/fd").map_or(OPEN, |entries| entries.count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(connections: u64) -> Planned<'static> {
        Planned {
            connections,
            workers: 2,
            addresses: &[],
            here: true,
        }
    }

    #[test]
    fn what_is_needed_is_more_than_the_connections() {
        assert_eq!(needed(&planned(1000), 10), 1000 + 16 + 10 + 32);
    }

    #[test]
    fn a_soft_limit_is_raised_with_room_to_spare_but_not_above_the_hard_one() {
        assert_eq!(raised(5000, None), 6024);
        assert_eq!(raised(5000, Some(100_000)), 6024);
        assert_eq!(raised(5000, Some(5001)), 5001);
    }

    #[test]
    fn no_limit_holds_more_connections_than_there_are_numbers_for() {
        assert_eq!(provide(&planned(1)), Ok(()));
        let hard = getrlimit(Resource::Nofile).maximum;
        let error = provide(&planned(u64::MAX / 4)).err();
        assert_eq!(error.is_some(), hard.is_some());
        let told = error.map_or_else(String::new, |error| error.to_string());
        assert!(hard.is_none() || told.contains("ulimit -n"), "{told}");
    }
}
