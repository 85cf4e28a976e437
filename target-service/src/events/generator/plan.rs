//! What happens to one domain.

use super::random::Random;
use crate::events::domain::{DomainName, EventKind};

/// Events of a domain are uniform below this.
const MAX_EVENTS: u64 = 2500;

/// Every so many-th domain has no bounces.
const WITHOUT_BOUNCES: u64 = 25;

const NAME_LETTERS: usize = 14;
const TOP_LEVELS: [&str; 5] = ["net", "com", "org", "io", "gov"];

/// One domain and all its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainPlan {
    /// Its name: 14 random letters and one of five top-level domains.
    pub domain: DomainName,
    /// How many events it has.
    pub events: u64,
    /// Event `i`, from 0, bounces when `i` is a multiple of this; never when this is 0.
    pub bounce_step: u64,
}

impl DomainPlan {
    /// The domain with this number, from 0. Depends on `seed` and `number` alone.
    ///
    /// # Panics
    ///
    /// Never: 14 letters and a known top-level domain are a valid name.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = Random::new(seed, number);
        let letter = |random: &mut Random| char::from(b'a' + random.below(26) as u8);
        let letters: String = (0..NAME_LETTERS).map(|_| letter(&mut random)).collect();
        let top_level = TOP_LEVELS[random.below(TOP_LEVELS.len() as u64) as usize];
        let domain = DomainName::parse(&format!("{letters}.{top_level}"));
        let events = random.below(MAX_EVENTS);
        // floor(0.35 * events), in whole numbers: 0.35 is no exact fraction of two.
        let step = events * 35 / 100;
        let bounces = !(number + 1).is_multiple_of(WITHOUT_BOUNCES);
        Self {
            domain: domain.expect("letters and a top-level domain"),
            events,
            bounce_step: if bounces { step } else { 0 },
        }
    }

    /// The kind of event `i`, from 0; `None` when there is no such event.
    pub fn event(&self, i: u64) -> Option<EventKind> {
        let bounced = self.bounce_step > 0 && i.is_multiple_of(self.bounce_step);
        let kind = if bounced {
            EventKind::Bounced
        } else {
            EventKind::Delivered
        };
        (i < self.events).then_some(kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::events::domain::{Tally, Threshold, Verdict};

    const DOMAINS: u64 = 20_000;

    fn plans() -> impl Iterator<Item = DomainPlan> {
        (0..DOMAINS).map(|number| DomainPlan::of(7, number))
    }

    fn tally(plan: &DomainPlan) -> Tally {
        let mut tally = Tally::default();
        for kind in (0..).map_while(|i| plan.event(i)) {
            tally += Tally::one(kind);
        }
        tally
    }

    #[test]
    fn verdicts_have_the_documented_shares() {
        let verdicts: Vec<Verdict> = plans()
            .map(|plan| Verdict::of(tally(&plan), Threshold::default()))
            .collect();
        // Of 25 domains 24 bounce, unless they have fewer than 3 events and so a step of 0; of the
        // others 3 in 5 reach 1000 events.
        let (bouncing, without, no_step) = (24.0 / 25.0, 1.0 / 25.0, 3.0 / 2500.0);
        for (verdict, documented, share) in [
            (Verdict::NotCatchAll, 0.959, bouncing * (1.0 - no_step)),
            (Verdict::CatchAll, 0.024, without * 1500.0 / 2500.0),
            (Verdict::Unknown, 0.017, without * 0.4 + bouncing * no_step),
        ] {
            let close: f64 = share - documented;
            assert!(close.abs() < 0.0005, "{verdict:?} is documented wrongly");
            let count = verdicts.iter().filter(|found| **found == verdict).count();
            let found = count as f64 / DOMAINS as f64;
            // Four standard deviations of a binomial share, at most 0.0057 here; the true deviation
            // is smaller, as every 25th domain is not left to chance.
            let deviation = (share * (1.0 - share) / DOMAINS as f64).sqrt();
            assert!(
                (found - share).abs() < 4.0 * deviation,
                "{verdict:?} {found}"
            );
        }
    }

    #[test]
    fn a_domain_has_about_1249_events_and_3_bounces() {
        let mut sum = Tally::default();
        for plan in plans() {
            sum += tally(&plan);
        }
        let events = (sum.delivered + sum.bounced) as f64 / DOMAINS as f64;
        let bounces = sum.bounced as f64 / DOMAINS as f64;
        // Four standard deviations of the mean: 4 * (2500 / sqrt(12)) / sqrt(20000) = 20.4.
        assert!((events - 1249.5).abs() < 20.4, "{events}");
        // Three in 24 of 25 domains make 2.88; few small ones have one or two more.
        assert!((2.85..2.95).contains(&bounces), "{bounces}");
    }

    #[test]
    fn the_first_event_of_a_bouncing_domain_is_the_bounce() {
        let plan = DomainPlan {
            domain: DomainName::parse("a.com").expect("a domain"),
            events: 100,
            bounce_step: 35,
        };
        let bounces = (0..200).filter(|i| plan.event(*i) == Some(EventKind::Bounced));
        assert_eq!(bounces.collect::<Vec<_>>(), [0, 35, 70]);
        assert_eq!(plan.event(99), Some(EventKind::Delivered));
        assert_eq!(plan.event(100), None);
    }

    #[test]
    fn every_25th_domain_has_no_bounces() {
        for (number, plan) in plans().enumerate() {
            if (number + 1) % 25 == 0 {
                assert_eq!(plan.bounce_step, 0);
            } else {
                assert_eq!(plan.bounce_step == 0, plan.events < 3, "{}", plan.events);
            }
        }
    }

    #[test]
    fn names_are_letters_and_one_of_five_top_level_domains_and_do_not_repeat() {
        let names: BTreeSet<String> = plans()
            .map(|plan| plan.domain.as_str().to_owned())
            .collect();
        assert_eq!(names.len() as u64, DOMAINS);
        let mut top_levels = BTreeSet::new();
        for name in &names {
            let (letters, top_level) = name.split_once('.').expect("a dot");
            assert_eq!(letters.len(), NAME_LETTERS);
            assert!(letters.bytes().all(|letter| letter.is_ascii_lowercase()));
            top_levels.insert(top_level);
        }
        assert_eq!(top_levels, BTreeSet::from(TOP_LEVELS));
    }

    /// Holds the sequence itself: whoever copies the generator can compare.
    #[test]
    fn a_seed_gives_the_same_domains_for_ever() {
        let first = DomainPlan::of(0, 0);
        assert_eq!(
            (first.domain.as_str(), first.events, first.bounce_step),
            ("ighmplcflhuygl.com", 417, 145)
        );
        assert_ne!(DomainPlan::of(1, 0), first);
        assert_ne!(DomainPlan::of(0, 1), first);
    }
}
