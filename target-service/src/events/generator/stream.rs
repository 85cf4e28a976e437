//! The order of the events.

use std::collections::VecDeque;

use super::DomainPlan;
use crate::events::domain::Event;

/// Domains whose events come at the same time.
const TOGETHER: usize = 20;

/// All events of the first domains of a seed: one of each of 20 domains in turn; a domain that has no
/// more makes room for the next one.
#[derive(Debug)]
pub struct EventStream {
    seed: u64,
    domains: u64,
    next_domain: u64,
    /// Domains under way, each with the number of its next event.
    under_way: VecDeque<(DomainPlan, u64)>,
}

impl EventStream {
    /// `domains` may be [`u64::MAX`] for a stream without end.
    pub fn new(seed: u64, domains: u64) -> Self {
        Self {
            seed,
            domains,
            next_domain: 0,
            under_way: VecDeque::with_capacity(TOGETHER),
        }
    }

    fn fill(&mut self) {
        while self.under_way.len() < TOGETHER && self.next_domain < self.domains {
            let plan = DomainPlan::of(self.seed, self.next_domain);
            self.next_domain += 1;
            self.under_way.push_back((plan, 0));
        }
    }
}

impl Iterator for EventStream {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            self.fill();
            let (plan, i) = self.under_way.pop_front()?;
            if let Some(kind) = plan.event(i) {
                let domain = plan.domain.clone();
                self.under_way.push_back((plan, i + 1));
                return Some(Event { domain, kind });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::events::domain::{DomainName, EventKind, Tally};

    #[test]
    fn a_stream_has_every_event_of_its_domains_once() {
        let mut found = BTreeMap::<DomainName, Tally>::new();
        for event in EventStream::new(7, 60) {
            *found.entry(event.domain).or_default() += Tally::one(event.kind);
        }
        let mut planned = BTreeMap::<DomainName, Tally>::new();
        for plan in (0..60).map(|number| DomainPlan::of(7, number)) {
            for kind in (0..).map_while(|i| plan.event(i)) {
                *planned.entry(plan.domain.clone()).or_default() += Tally::one(kind);
            }
        }
        assert_eq!(found, planned);
    }

    #[test]
    fn twenty_domains_come_in_turns_and_in_their_own_order() {
        let first: Vec<Event> = EventStream::new(7, 100).take(40).collect();
        let names = |events: &[Event]| -> Vec<DomainName> {
            events.iter().map(|event| event.domain.clone()).collect()
        };
        let distinct: BTreeSet<DomainName> = names(&first[..20]).into_iter().collect();
        assert_eq!(distinct.len(), 20);
        assert_eq!(names(&first[..20]), names(&first[20..]));
        assert!(
            first[..20]
                .iter()
                .all(|event| event.kind == EventKind::Bounced)
        );
    }

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let events = |seed| -> Vec<Event> { EventStream::new(seed, u64::MAX).take(1000).collect() };
        assert_eq!(events(7), events(7));
        assert_ne!(events(7), events(8));
        assert_eq!(EventStream::new(7, 0).count(), 0);
    }
}
