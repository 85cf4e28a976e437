//! Grafana's rounding and spelling of intervals.

use crate::model::Millis;

/// Below the first number (in ms), the second is meant.
const ROUNDING: [(u64, u64); 28] = [
    (10, 1),
    (15, 10),
    (35, 20),
    (75, 50),
    (150, 100),
    (350, 200),
    (750, 500),
    (1500, 1000),
    (3500, 2000),
    (7500, 5000),
    (12_500, 10_000),
    (17_500, 15_000),
    (25_000, 20_000),
    (45_000, 30_000),
    (90_000, MINUTE),
    (210_000, 2 * MINUTE),
    (450_000, 5 * MINUTE),
    (750_000, 10 * MINUTE),
    (1_050_000, 15 * MINUTE),
    (1_500_000, 20 * MINUTE),
    (2_700_000, 30 * MINUTE),
    (5_400_000, HOUR),
    (9_000_000, 2 * HOUR),
    (16_200_000, 3 * HOUR),
    (32_400_000, 6 * HOUR),
    (DAY, 12 * HOUR),
    (WEEK, DAY),
    (3 * WEEK, WEEK),
];
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
const YEAR: u64 = 365 * DAY;

/// Which half of Grafana rounds; they differ exactly on the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// In the browser: below the bound.
    Browser,
    /// In the server: up to and including the bound.
    Server,
}

/// `range / parts`, rounded to an interval for people.
pub(super) fn rounded(range: Millis, parts: u64, half: Half) -> Millis {
    let parts = parts.max(1);
    // Compared as whole numbers: range / parts < bound, without a division.
    let within = |bound: u64| match half {
        Half::Browser => range.0 < bound * parts,
        Half::Server => range.0 <= bound * parts,
    };
    let coarse = if range.0 < 6 * WEEK * parts {
        30 * DAY
    } else {
        YEAR
    };
    Millis(
        ROUNDING
            .iter()
            .find(|(bound, _)| within(*bound))
            .map_or(coarse, |(_, interval)| *interval),
    )
}

/// Cut off to the largest unit: 90 s is `1m`.
pub(super) fn truncated(interval: Millis) -> String {
    let units = [
        ("y", YEAR),
        ("d", DAY),
        ("h", HOUR),
        ("m", MINUTE),
        ("s", 1000),
    ];
    match units.iter().find(|(_, size)| interval.0 >= *size) {
        Some((unit, size)) => format!("{}{unit}", interval.0 / size),
        None => format!("{}ms", interval.0.max(1)),
    }
}

/// As Go prints a duration: `1m0s`, `1h0m0s`, `1.5s`, `500ms`.
pub(super) fn go_duration(interval: Millis) -> String {
    let ms = interval.0;
    if ms < 1000 {
        return if ms == 0 {
            "0s".into()
        } else {
            format!("{ms}ms")
        };
    }
    let seconds = match (ms % MINUTE / 1000, ms % 1000) {
        (whole, 0) => format!("{whole}s"),
        (whole, part) => format!("{whole}.{}s", format!("{part:03}").trim_end_matches('0')),
    };
    match (ms / HOUR, ms % HOUR / MINUTE) {
        (0, 0) => seconds,
        (0, minutes) => format!("{minutes}m{seconds}"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_halves_differ_exactly_on_the_bounds() {
        for (bound, below) in ROUNDING {
            assert_eq!(rounded(Millis(bound), 1, Half::Server), Millis(below));
            assert_eq!(rounded(Millis(bound - 1), 1, Half::Browser), Millis(below));
            assert!(rounded(Millis(bound), 1, Half::Browser) > Millis(below));
        }
        assert_eq!(
            rounded(Millis(6 * WEEK - 1), 1, Half::Server),
            Millis(30 * DAY)
        );
        assert_eq!(rounded(Millis(6 * WEEK), 1, Half::Server), Millis(YEAR));
    }

    #[test]
    fn a_fraction_of_a_millisecond_is_not_lost() {
        // 2 h in 48,001 parts is 149.997 ms, in 48,000 parts exactly 150 ms.
        assert_eq!(
            rounded(Millis(2 * HOUR), 48_001, Half::Browser),
            Millis(100)
        );
        assert_eq!(
            rounded(Millis(2 * HOUR), 48_000, Half::Browser),
            Millis(200)
        );
    }

    #[test]
    fn an_interval_is_cut_off_to_its_largest_unit() {
        for (ms, text) in [
            (90_000, "1m"),
            (36 * HOUR, "1d"),
            (0, "1ms"),
            (50, "50ms"),
            (15_000, "15s"),
        ] {
            assert_eq!(truncated(Millis(ms)), text);
        }
    }

    #[test]
    fn go_spells_every_unit_below_the_largest() {
        for (ms, text) in [
            (135_000, "2m15s"),
            (60_000, "1m0s"),
            (HOUR, "1h0m0s"),
            (1500, "1.5s"),
            (500, "500ms"),
            (2000, "2s"),
        ] {
            assert_eq!(go_duration(Millis(ms)), text);
        }
    }
}
