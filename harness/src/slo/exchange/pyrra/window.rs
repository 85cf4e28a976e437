//! Pyrra's windows: four pairs for 28 days, all stretched with the period and rounded to a minute.

use crate::model::Millis;

/// One pair of windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    pub(super) severity: &'static str,
    pub(super) hold: Millis,
    pub(super) long: Millis,
    pub(super) short: Millis,
    pub(super) factor: u64,
}

/// The pairs of a period, the fastest first.
pub(super) fn windows(period: Millis) -> [Window; 4] {
    const DAYS_28: u64 = 28 * 24 * 60;
    // `minutes` of 28 days; the division truncates, as Pyrra's does, before the minute is rounded half up.
    let part = |minutes: u64| {
        let ns = (u128::from(period.0) * 1_000_000) / u128::from(DAYS_28 / minutes);
        let minute = 60_000_000_000_u128;
        let rounded = (ns + minute / 2) / minute;
        Millis(
            u64::try_from(rounded)
                .unwrap_or(u64::MAX)
                .saturating_mul(60_000),
        )
    };
    let window = |severity, hold, long, short, factor| Window {
        severity,
        hold: part(hold),
        long: part(long),
        short: part(short),
        factor,
    };
    [
        window("critical", 2, 60, 5, 14),
        window("critical", 15, 360, 30, 7),
        window("warning", 60, 1440, 120, 2),
        window("warning", 180, 5760, 360, 1),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slo::exchange::duration::print;

    fn printed(days: u64) -> Vec<String> {
        let row = |w: Window| format!("{}/{}/{}", print(w.hold), print(w.long), print(w.short));
        windows(Millis(days * 86_400_000)).map(row).to_vec()
    }

    #[test]
    fn the_windows_of_28_and_30_days_are_those_that_pyrra_documents() {
        assert_eq!(
            printed(28),
            ["2m/1h/5m", "15m/6h/30m", "1h/1d/2h", "3h/4d/6h"]
        );
        assert_eq!(
            printed(30),
            [
                "2m/1h4m/5m",
                "16m/6h26m/32m",
                "1h4m/1d1h43m/2h9m",
                "3h13m/4d6h51m/6h26m"
            ]
        );
    }
}
