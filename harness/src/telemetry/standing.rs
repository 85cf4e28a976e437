//! Where each alert stands, poll by poll: the observer without its server and clock.

use std::collections::BTreeMap;

use super::wire::alerts::Instance;
use crate::model::{AlertLog, AlertState, AlertTransition, Millis, Timestamp};

/// Everything seen so far. An instance is known from its first transition on.
#[derive(Debug)]
pub(crate) struct Standing {
    started: Timestamp,
    now: BTreeMap<Instance, AlertState>,
    log: AlertLog,
}

impl Standing {
    /// Watching begins.
    pub(crate) fn new(started: Timestamp, poll_interval: Millis) -> Self {
        Self {
            started,
            now: BTreeMap::new(),
            log: AlertLog {
                poll_interval,
                polls: 0,
                failed_polls: 0,
                covered: None,
                longest_gap: Millis(0),
                transitions: vec![],
            },
        }
    }

    /// A poll was answered at `at` with every active instance.
    pub(crate) fn answered(&mut self, at: Timestamp, active: Vec<(Instance, AlertState)>) {
        self.gap_until(at);
        self.log.polls += 1;
        let first = self.log.covered.map_or(at, |(first, _)| first);
        self.log.covered = Some((first, at));
        // An instance listed twice (two rules of one name and equal labels) stands where the worse of them stands.
        let mut seen: BTreeMap<Instance, AlertState> = BTreeMap::new();
        for (instance, state) in active {
            let entry = seen.entry(instance).or_insert(state);
            *entry = state.max(*entry);
        }
        let gone: Vec<_> = self
            .now
            .iter()
            .filter(|(instance, state)| {
                **state != AlertState::Inactive && !seen.contains_key(*instance)
            })
            .map(|(instance, _)| (instance.clone(), AlertState::Inactive))
            .collect();
        for (instance, state) in seen.into_iter().chain(gone) {
            self.step(at, instance, state);
        }
    }

    /// A poll failed: nothing is known about any alert, so nothing changes.
    pub(crate) fn failed(&mut self) {
        self.log.failed_polls += 1;
    }

    /// The worst state of each alert name known so far, by name.
    pub(crate) fn by_name(&self) -> Vec<(String, AlertState)> {
        let mut worst: BTreeMap<&str, AlertState> = BTreeMap::new();
        for ((name, _), state) in &self.now {
            let entry = worst.entry(name).or_insert(*state);
            *entry = (*state).max(*entry);
        }
        worst
            .into_iter()
            .map(|(name, state)| (name.to_owned(), state))
            .collect()
    }

    /// Watching ends.
    pub(crate) fn finish(mut self, stopped: Timestamp) -> AlertLog {
        self.gap_until(stopped);
        self.log
    }

    fn step(&mut self, at: Timestamp, instance: Instance, state: AlertState) {
        if self.now.get(&instance) == Some(&state) {
            return;
        }
        let (name, labels) = instance.clone();
        self.now.insert(instance, state);
        self.log.transitions.push(AlertTransition {
            at,
            name,
            labels,
            state,
        });
    }

    fn gap_until(&mut self, at: Timestamp) {
        let last = self.log.covered.map_or(self.started, |(_, last)| last);
        self.log.longest_gap = self.log.longest_gap.max(at.since(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Labels;
    use AlertState::{Firing, Inactive, Pending};

    fn burn(route: &str) -> Instance {
        (
            "Burn".into(),
            Labels::from([("route".into(), route.into())]),
        )
    }

    fn standing() -> Standing {
        Standing::new(Timestamp(0), Millis(200))
    }

    fn steps(log: &AlertLog) -> Vec<(i64, &str, AlertState)> {
        log.transitions
            .iter()
            .map(|t| (t.at.0, t.labels["route"].as_str(), t.state))
            .collect()
    }

    #[test]
    fn an_alert_goes_through_its_states_once_each() {
        let mut seen = standing();
        seen.answered(Timestamp(100), vec![]);
        for (at, state) in [(300, Pending), (500, Pending), (700, Firing), (900, Firing)] {
            seen.answered(Timestamp(at), vec![(burn("a"), state)]);
        }
        seen.answered(Timestamp(1100), vec![]);
        let log = seen.finish(Timestamp(1200));
        assert_eq!(
            steps(&log),
            [
                (300, "a", Pending),
                (700, "a", Firing),
                (1100, "a", Inactive)
            ]
        );
        assert_eq!(
            (log.polls, log.covered),
            (6, Some((Timestamp(100), Timestamp(1100))))
        );
        assert_eq!(log.longest_gap, Millis(200));
    }

    #[test]
    fn a_failed_poll_is_a_gap_and_not_inactive() {
        let mut seen = standing();
        seen.answered(Timestamp(200), vec![(burn("a"), Firing)]);
        seen.failed();
        seen.failed();
        seen.answered(Timestamp(1000), vec![(burn("a"), Firing)]);
        let log = seen.finish(Timestamp(1100));
        assert_eq!(steps(&log), [(200, "a", Firing)]);
        assert_eq!((log.failed_polls, log.longest_gap), (2, Millis(800)));
    }

    #[test]
    fn instances_of_one_name_are_kept_apart() {
        let mut seen = standing();
        seen.answered(
            Timestamp(100),
            vec![(burn("a"), Firing), (burn("b"), Pending)],
        );
        seen.answered(Timestamp(300), vec![(burn("b"), Pending)]);
        assert_eq!(seen.by_name(), [("Burn".to_owned(), Pending)]);
        let log = seen.finish(Timestamp(300));
        assert_eq!(
            steps(&log),
            [
                (100, "a", Firing),
                (100, "b", Pending),
                (300, "a", Inactive)
            ]
        );
    }

    #[test]
    fn the_worse_of_two_equal_instances_counts() {
        let mut seen = standing();
        seen.answered(
            Timestamp(100),
            vec![(burn("a"), Firing), (burn("a"), Pending)],
        );
        assert_eq!(steps(&seen.finish(Timestamp(100))), [(100, "a", Firing)]);
    }

    #[test]
    fn a_server_that_never_answers_leaves_one_gap_and_no_span() {
        let mut seen = standing();
        seen.failed();
        let log = seen.finish(Timestamp(5000));
        assert_eq!((log.covered, log.longest_gap), (None, Millis(5000)));
    }
}
