//! Durations as Prometheus's own library prints them: weeks and years where nothing is left over.

use std::fmt::Write as _;

use crate::model::Millis;

/// `4w`, `30d`, `1d1h43m`.
pub fn print(length: Millis) -> String {
    let mut rest = length.0;
    let mut text = String::new();
    for (unit, size, whole) in [
        ("y", 31_536_000_000, true),
        ("w", 604_800_000, true),
        ("d", 86_400_000, false),
        ("h", 3_600_000, false),
        ("m", 60_000, false),
        ("s", 1000, false),
        ("ms", 1, false),
    ] {
        if rest >= size && (!whole || rest.is_multiple_of(size)) {
            let _ = write!(text, "{}{unit}", rest / size);
            rest %= size;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// OpenSLO's spelling: a whole number of one unit. `None` below a minute's precision.
pub(super) fn openslo(length: Millis) -> Option<String> {
    [
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
    ]
    .into_iter()
    .find(|(_, size)| length.0 > 0 && length.0.is_multiple_of(*size))
    .map(|(unit, size)| format!("{}{unit}", length.0 / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_printed_only_when_they_are_whole() {
        let day = 86_400_000;
        for (ms, text) in [
            (28 * day, "4w"),
            (30 * day, "30d"),
            (day + 6_180_000, "1d1h43m"),
            (0, "0s"),
            (1500, "1s500ms"),
        ] {
            assert_eq!(print(Millis(ms)), text);
        }
        assert_eq!(openslo(Millis(30 * day)).as_deref(), Some("30d"));
        assert_eq!(openslo(Millis(1500)), None);
    }
}
