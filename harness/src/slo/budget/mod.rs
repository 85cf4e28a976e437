//! Error budgets, counted in events: what was spent, what is left, and what that means for a team.

pub mod policy;
pub mod window;

use serde::Serialize;

pub use policy::{Action, Policy};
pub use window::{Calendar, Span};

/// Events of a span. Prometheus extrapolates, so counts need not be whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Events {
    /// Those that broke the promise.
    pub bad: f64,
    /// All of them.
    pub total: f64,
}

impl Events {
    /// Those that kept the promise.
    pub fn good(&self) -> f64 {
        self.total - self.bad
    }
}

impl std::ops::Add for Events {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            bad: self.bad + other.bad,
            total: self.total + other.total,
        }
    }
}

/// A budget with the counts behind it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Budget {
    /// What was counted.
    pub events: Events,
    /// Events that may be bad: `share * total`.
    pub allowed: f64,
    /// Share of the budget that is gone; above 1 when it is overspent.
    pub spent: f64,
    /// Share that is left: 1 is untouched, 0 is spent, below is overspent.
    pub remaining: f64,
}

impl Budget {
    /// The budget of an objective that lets `share` of the events be bad. Without events nothing is spent: neither good
    /// nor bad has happened.
    pub fn of(events: Events, share: f64) -> Self {
        let spent = spent(events.bad, events.total, share);
        Self {
            events,
            allowed: share * events.total,
            spent,
            // Exact to twelve digits: what is wholly spent shall not be left by the dust of binary fractions.
            remaining: ((1.0 - spent) * 1e12).round() / 1e12,
        }
    }
}

/// Share of the budget that `bad` of `total` events spend: `bad / (share * total)`, and 0 without events.
pub fn spent(bad: f64, total: f64, share: f64) -> f64 {
    if total > 0.0 {
        bad / (share * total)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_budget_is_counted_in_events() {
        let events = Events {
            bad: 39.0,
            total: 10_000.0,
        };
        let budget = Budget::of(events, 0.01);
        assert!((budget.remaining - 0.61).abs() < 1e-12);
        assert!((budget.allowed - 100.0).abs() < 1e-12);
        assert!((budget.events.good() - 9961.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_span_without_traffic_changes_nothing(bad in 0.0_f64..1e6, good in 1.0_f64..1e9, share in 1e-6_f64..0.5) {
            let events = Events { bad, total: good + bad };
            let quiet = Events::default();
            prop_assert_eq!(Budget::of(events + quiet, share), Budget::of(events, share));
            let none = Budget::of(quiet, share);
            prop_assert!((none.remaining - 1.0).abs() < f64::EPSILON);
        }

        #[test]
        fn spans_add_up_by_events_and_not_by_ratios(a in 0.0_f64..1e6, b in 0.0_f64..1e6, n in 1e6_f64..1e9, share in 1e-6_f64..0.5) {
            let (day, night) = (Events { bad: a, total: 3.0 * n }, Events { bad: b, total: n });
            let both = Budget::of(day + night, share).spent;
            let [day, night] = [day, night].map(|events| Budget::of(events, share).spent);
            prop_assert!((both - (0.75 * day + 0.25 * night)).abs() <= 1e-9 * (1.0 + both));
        }
    }
}
