//! Whether a domain takes mail for any address.

use super::Tally;

/// What the events say about a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Takes every mail.
    CatchAll,
    /// Has sent one back.
    NotCatchAll,
    /// Too few events to tell.
    Unknown,
}

/// Delivered mails, without a bounce, that make a domain catch-all; at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(u64);

impl Threshold {
    /// `None` for 0: a domain without events would be catch-all.
    pub fn new(delivered: u64) -> Option<Self> {
        (delivered > 0).then_some(Self(delivered))
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(1000)
    }
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CatchAll, Self::NotCatchAll, Self::Unknown];

    /// The rule, in this order: one bounce rules it out, then enough deliveries prove it.
    pub fn of(tally: Tally, threshold: Threshold) -> Self {
        if tally.bounced >= 1 {
            Self::NotCatchAll
        } else if tally.delivered >= threshold.0 {
            Self::CatchAll
        } else {
            Self::Unknown
        }
    }

    /// As in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CatchAll => "catch-all",
            Self::NotCatchAll => "not catch-all",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(delivered: u64, bounced: u64) -> Verdict {
        Verdict::of(Tally { delivered, bounced }, Threshold::default())
    }

    #[test]
    fn the_rule_holds_at_its_edges() {
        assert_eq!(verdict(0, 0), Verdict::Unknown);
        assert_eq!(verdict(999, 0), Verdict::Unknown);
        assert_eq!(verdict(1000, 0), Verdict::CatchAll);
        assert_eq!(verdict(1001, 0), Verdict::CatchAll);
        assert_eq!(verdict(5000, 1), Verdict::NotCatchAll);
        assert_eq!(verdict(0, 1), Verdict::NotCatchAll);
        assert_eq!(Threshold::new(0), None);
    }

    proptest! {
        #[test]
        fn a_bounce_wins_over_any_number_of_deliveries(
            delivered: u64, bounced in 1_u64.., limit in 1_u64..,
        ) {
            let limit = Threshold::new(limit).expect("at least 1");
            prop_assert_eq!(Verdict::of(Tally { delivered, bounced }, limit), Verdict::NotCatchAll);
        }

        #[test]
        fn without_a_bounce_the_threshold_decides(delivered: u64, limit in 1_u64..) {
            let threshold = Threshold::new(limit).expect("at least 1");
            let expected = if delivered < limit { Verdict::Unknown } else { Verdict::CatchAll };
            prop_assert_eq!(Verdict::of(Tally { delivered, bounced: 0 }, threshold), expected);
        }
    }
}
