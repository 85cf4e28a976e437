//! Which request is dropped and which is delayed: rolled in the order of arrival, repeatable by the seed.

use std::time::Duration;

use super::settings::{Delays, Drops};
use crate::faults::Dice;

/// Apart from the streams of the fault rules.
const STREAM: u64 = 0x51de_ca00 << 32;

/// The dice of one sidecar.
#[derive(Debug)]
pub(super) struct Decisions {
    drops: Drops,
    delays: Delays,
    drop_dice: Dice,
    delay_dice: Dice,
    jitter_dice: Dice,
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is not forwarded.
    Drop,
    /// It is forwarded after this time.
    Delay(Duration),
    /// It is forwarded at once.
    Forward,
}

impl Decisions {
    pub(super) fn new(drops: Drops, delays: Delays, seed: u64) -> Self {
        Self {
            drops,
            delays,
            drop_dice: Dice::new(seed, STREAM),
            delay_dice: Dice::new(seed, STREAM + 1),
            jitter_dice: Dice::new(seed, STREAM + 2),
        }
    }

    /// For the next request. All dice are rolled each time, so that the share of one fault does not change
    /// the decisions of another.
    pub(super) fn next(&self) -> Decision {
        let drop = self.drop_dice.roll(self.drops.ratio);
        let delay = self.delay_dice.roll(self.delays.ratio);
        // From -1 to 1.
        let offset = self.jitter_dice.unit().mul_add(2.0, -1.0);
        match (drop, delay) {
            (true, _) => Decision::Drop,
            (false, true) => {
                let seconds = self.delays.jitter.as_secs_f64() * offset;
                let delay = self.delays.middle.as_secs_f64() + seconds;
                Decision::Delay(Duration::from_secs_f64(delay.max(0.0)))
            }
            (false, false) => Decision::Forward,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sidecar::DropMode;

    fn decisions(seed: u64, drop: f64, delay: f64) -> Vec<Decision> {
        let drops = Drops {
            ratio: drop,
            mode: DropMode::Reset,
            delay: Duration::ZERO,
        };
        let delays = Delays {
            ratio: delay,
            middle: Duration::from_millis(100),
            jitter: Duration::from_millis(20),
        };
        let decisions = Decisions::new(drops, delays, seed);
        (0..10_000).map(|_| decisions.next()).collect()
    }

    #[test]
    fn a_seed_repeats_its_decisions() {
        assert_eq!(decisions(7, 0.2, 0.5), decisions(7, 0.2, 0.5));
        assert_ne!(decisions(7, 0.2, 0.5), decisions(8, 0.2, 0.5));
    }

    #[test]
    fn delays_do_not_change_which_requests_are_dropped() {
        let dropped = |decisions: Vec<Decision>| -> Vec<bool> {
            let all = decisions.into_iter();
            all.map(|decision| decision == Decision::Drop).collect()
        };
        let with_delays = dropped(decisions(7, 0.2, 0.5));
        assert_eq!(with_delays, dropped(decisions(7, 0.2, 0.0)));
        let drops = with_delays.into_iter().filter(|drop| *drop).count();
        // Five standard deviations of a binomial share: 5 * sqrt(0.2 * 0.8 * 10000) = 200.
        assert!(drops.abs_diff(2_000) < 200, "{drops}");
    }

    #[test]
    fn delays_spread_around_their_middle_and_not_beyond_the_jitter() {
        let delay = |decision| match decision {
            Decision::Delay(delay) => Some(delay.as_millis()),
            _ => None,
        };
        let delays: Vec<u128> = decisions(7, 0.0, 1.0)
            .into_iter()
            .filter_map(delay)
            .collect();
        assert_eq!(delays.len(), 10_000);
        assert!(delays.iter().all(|ms| (80..=120).contains(ms)));
        assert!(delays.iter().any(|ms| *ms < 85) && delays.iter().any(|ms| *ms > 115));
    }
}
