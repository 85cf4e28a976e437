//! Burn rates: how fast an error budget goes, and what that means in time.
//!
//! A burn rate of 1 spends exactly the whole budget in the period. All formulas are those of the SRE workbook,
//! chapter 5 ("Alerting on SLOs"); times are in seconds, shares in 0 to 1.

use crate::model::Millis;

/// The factor at which `share` of the budget goes within `window`: `share * period / window`.
pub fn factor(share: f64, period: Millis, window: Millis) -> f64 {
    share * period.as_secs_f64() / window.as_secs_f64()
}

/// The share of the budget that burning at `factor` for the length of `window` spends: the inverse of [`factor()`].
pub fn budget_spent(factor: f64, period: Millis, window: Millis) -> f64 {
    factor * window.as_secs_f64() / period.as_secs_f64()
}

/// The burn rate of an error ratio: `ratio / budget`.
pub fn burn_rate(ratio: f64, budget: f64) -> f64 {
    ratio / budget
}

/// Seconds until nothing is left of an untouched budget at a constant burn rate: `period / burn`.
pub fn exhaustion(burn: f64, period: Millis) -> f64 {
    period.as_secs_f64() / burn
}

/// The error ratio above which a condition of this factor holds: `factor * budget`.
pub fn threshold(factor: f64, budget: f64) -> f64 {
    factor * budget
}

/// Whether any error ratio can exceed the threshold. A ratio never exceeds 1 and comparisons are strict, so a threshold
/// of 1 or more is never exceeded.
pub fn reachable(factor: f64, budget: f64) -> bool {
    threshold(factor, budget) < 1.0
}

/// The objective at and below which a factor is out of reach: `1 - 1 / factor`.
pub fn unreachable_at(factor: f64) -> f64 {
    1.0 - 1.0 / factor
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;
    const HOUR: u64 = 3_600_000;

    /// Equal to so many decimals as the source prints.
    fn close(found: f64, printed: f64, decimals: i32) {
        let half = 0.5 * 10_f64.powi(-decimals);
        assert!(
            (found - printed).abs() <= half * 1.000_001,
            "{found} is not {printed}"
        );
    }

    #[test]
    fn workbook_table_5_4_time_to_exhaustion() {
        let period = Millis(30 * DAY);
        for (burn, ratio, seconds) in [
            (1.0, 0.001, 30.0 * 86_400.0),
            (2.0, 0.002, 15.0 * 86_400.0),
            (10.0, 0.01, 3.0 * 86_400.0),
            // "43 minutes": 43.2.
            (1000.0, 1.0, 2592.0),
        ] {
            close(burn_rate(ratio, 1.0 - 0.999), burn, 6);
            close(exhaustion(burn, period), seconds, 6);
        }
    }

    #[test]
    fn workbook_table_5_8_factors_and_budget_shares() {
        let period = Millis(30 * DAY);
        for (share, window, expected) in [
            (0.02, HOUR, 14.4),
            (0.05, 6 * HOUR, 6.0),
            (0.10, 3 * DAY, 1.0),
            // In the code listing, not in the table.
            (0.10, DAY, 3.0),
        ] {
            close(factor(share, period, Millis(window)), expected, 9);
            close(budget_spent(expected, period, Millis(window)), share, 9);
        }
    }

    #[test]
    fn the_workbooks_factors_recomputed_for_other_periods() {
        let table = [
            (7, [3.36, 1.4, 0.7, 0.2333]),
            (28, [13.44, 5.6, 2.8, 0.9333]),
            (30, [14.4, 6.0, 3.0, 1.0]),
            (90, [43.2, 18.0, 9.0, 3.0]),
        ];
        let windows = [(0.02, HOUR), (0.05, 6 * HOUR), (0.10, DAY), (0.10, 3 * DAY)];
        for (days, factors) in table {
            for ((share, window), printed) in windows.into_iter().zip(factors) {
                close(
                    factor(share, Millis(days * DAY), Millis(window)),
                    printed,
                    4,
                );
            }
        }
    }

    #[test]
    fn workbook_prose_total_outages_and_low_traffic() {
        // 99.999 % over 30 days is gone in 26 s of total outage: 25.92.
        close(
            exhaustion(burn_rate(1.0, 1.0 - 0.999_99), Millis(30 * DAY)),
            25.92,
            2,
        );
        // Burning at 35 never alerts at a factor of 36 and yet leaves nothing after 20.5 h: 20.57.
        close(exhaustion(35.0, Millis(30 * DAY)) / 3600.0, 20.57, 2);
        // One failure among 10 requests of an hour is a burn rate of 100, which spends 13.9 % of the budget. The
        // book's text says 1,000: an erratum, as 1,000 for an hour would spend 139 %.
        let burn = burn_rate(0.1, 1.0 - 0.999);
        close(burn, 100.0, 6);
        close(budget_spent(burn, Millis(30 * DAY), Millis(HOUR)), 0.139, 3);
    }

    #[test]
    fn a_threshold_of_one_or_more_is_out_of_reach() {
        for (factor, printed) in [
            (14.4, 0.930_56),
            (6.0, 0.833_33),
            (3.0, 0.666_67),
            (1.0, 0.0),
        ] {
            close(unreachable_at(factor), printed, 5);
            assert!(!reachable(factor, 1.0 - (printed - 0.001)));
            assert!(reachable(factor, 1.0 - (printed + 0.001)));
        }
        assert!(!reachable(10.0, 0.1), "exactly 1 is never exceeded");
    }
}
