//! Tiers of a multi-window, multi-burn-rate alert.

use serde::{Deserialize, Serialize};

use super::burn;
use crate::model::Millis;

/// Who is told when a tier's alert fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// A person, now.
    Page,
    /// A queue, within days.
    Ticket,
}

impl Urgency {
    /// As in the `severity` label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// One pair of windows. Its alert fires while the error ratio over both is above `factor * budget`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tier {
    /// What the alert is.
    pub urgency: Urgency,
    /// The window that makes an alert mean something.
    pub long: Millis,
    /// The window that makes it stop soon after the trouble does.
    pub short: Millis,
    /// The burn rate above which it fires.
    pub factor: f64,
    /// How long the condition must hold before it fires; Prometheus's `for`.
    pub hold: Millis,
    /// How long it goes on firing after the condition is gone; Prometheus's `keep_firing_for`.
    pub keep_firing: Millis,
}

impl Tier {
    /// A tier that fires when `share` of the period's budget is gone within the long window.
    pub fn spending(
        share: f64,
        period: Millis,
        urgency: Urgency,
        long: Millis,
        short: Millis,
    ) -> Self {
        Self {
            urgency,
            long,
            short,
            factor: burn::factor(share, period, long),
            hold: Millis(0),
            keep_firing: Millis(0),
        }
    }

    /// The error ratio above which both windows must be.
    pub fn threshold(&self, budget: f64) -> f64 {
        burn::threshold(self.factor, budget)
    }

    /// Every length divided by the time scale; the factor is a ratio of ratios and stays.
    pub fn scaled_down(self, scale: u32) -> Self {
        Self {
            long: self.long.scaled_down(scale),
            short: self.short.scaled_down(scale),
            hold: self.hold.scaled_down(scale),
            keep_firing: self.keep_firing.scaled_down(scale),
            ..self
        }
    }
}

/// The four tiers of the SRE workbook for a period: 2 % of the budget in 1 h and 5 % in 6 h page, 10 % in 1 d and 10 %
/// in 3 d make tickets. Short windows are a twelfth of the long ones. (Table 5-8 lacks the 1 d pair; its code listing
/// has it.)
pub fn workbook(period: Millis) -> [Tier; 4] {
    const MINUTE: u64 = 60_000;
    let tier = |share, urgency, long: u64| {
        let (long, short) = (Millis(long * MINUTE), Millis(long * MINUTE / 12));
        Tier::spending(share, period, urgency, long, short)
    };
    [
        tier(0.02, Urgency::Page, 60),
        tier(0.05, Urgency::Page, 6 * 60),
        tier(0.10, Urgency::Ticket, 24 * 60),
        tier(0.10, Urgency::Ticket, 72 * 60),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workbook_table_5_8_as_tiers() {
        let rows = workbook(Millis(30 * 86_400_000)).map(|tier| {
            let (long, short) = (tier.long.to_promql(), tier.short.to_promql());
            format!(
                "{} {long}/{short} {:.1}",
                tier.urgency.as_str(),
                tier.factor
            )
        });
        assert_eq!(
            rows,
            [
                "page 1h/5m 14.4",
                "page 6h/30m 6.0",
                "ticket 1d/2h 3.0",
                "ticket 3d/6h 1.0"
            ]
        );
    }

    #[test]
    fn scaling_keeps_the_factor() {
        let [fast, ..] = workbook(Millis(30 * 86_400_000));
        let scaled = fast.scaled_down(60);
        assert_eq!((scaled.long, scaled.short), (Millis(60_000), Millis(5000)));
        assert_eq!(scaled.factor.to_bits(), fast.factor.to_bits());
    }
}
