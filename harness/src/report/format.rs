//! How numbers, times and foreign texts look to people, the same in every view.
//!
//! Absent values are a dash, never a zero. A share that is not quite 0 or 1 is never shown as 0 % or 100 %.

use crate::model::Timestamp;

/// What stands where there is no value.
pub const ABSENT: &str = "–";

/// `1234567` as `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1` and a noun as `1 check`, `2` as `2 checks`.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Milliseconds with the unit that reads best: `41 µs`, `6.2 ms`, `19 ms`, `3.1 s`, `2 m 10 s`.
pub fn millis(ms: f64) -> String {
    let size = ms.abs();
    if !ms.is_finite() {
        ABSENT.to_owned()
    } else if size == 0.0 {
        "0 ms".to_owned()
    } else if size < 0.0995 {
        format!("{:.0} µs", ms * 1000.0)
    } else if size < 9.95 {
        format!("{ms:.1} ms")
    } else if size < 999.5 {
        format!("{ms:.0} ms")
    } else if size < 9950.0 {
        format!("{:.1} s", ms / 1000.0)
    } else if size < 120_000.0 {
        format!("{:.0} s", ms / 1000.0)
    } else {
        let seconds = (size / 1000.0).round() as u64;
        let sign = if ms < 0.0 { "-" } else { "" };
        format!("{sign}{} m {} s", seconds / 60, seconds % 60)
    }
}

/// [`millis`], or a dash.
pub fn maybe_millis(ms: Option<f64>) -> String {
    ms.map_or_else(|| ABSENT.to_owned(), millis)
}

/// [`maybe_millis`]; a lower bound is marked as one.
pub fn told_millis((ms, lower_bound): (Option<f64>, bool)) -> String {
    if lower_bound {
        format!("≥ {}", maybe_millis(ms))
    } else {
        maybe_millis(ms)
    }
}

/// A moment as an offset from the start of the load: `6.4 s`, `85 s`, `2 m 10 s`.
pub fn offset(ms: i64) -> String {
    let seconds = ms as f64 / 1000.0;
    if seconds.abs() >= 120.0 {
        millis(ms as f64)
    } else if ms % 1000 == 0 {
        format!("{seconds:.0} s")
    } else {
        format!("{seconds:.1} s")
    }
}

/// A share as percent: `15.2 %`, `0.04 %`, `99.971 %`.
pub fn share(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if !percent.is_finite() {
        return ABSENT.to_owned();
    }
    if percent.fract() == 0.0 || percent.abs() >= 100.0 {
        return format!("{percent:.0} %");
    }
    // The nearer to a whole, the more digits: two that tell how far it still is.
    let distance = if percent > 50.0 && percent < 100.0 {
        100.0 - percent
    } else {
        percent.abs()
    };
    let decimals = match distance {
        d if d >= 1.0 => 1,
        d if d >= 0.1 => 2,
        d if d >= 0.01 => 3,
        _ => 4,
    };
    let text = format!("{percent:.decimals$}");
    match text.as_str() {
        "100.0000" => "> 99.9999 %".to_owned(),
        "0.0000" => "< 0.0001 %".to_owned(),
        _ => format!("{text} %"),
    }
}

/// An objective's target, as short as it is exact: `99.9 %`, `99.95 %`.
pub fn target(ratio: f64) -> String {
    let text = format!("{:.4}", ratio * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// [`share`], or a dash.
pub fn maybe_share(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| ABSENT.to_owned(), share)
}

/// A rate or another plain number: `200`, `0.97`, `1,340`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        ABSENT.to_owned()
    } else if value.fract() == 0.0 && value >= 0.0 {
        count(value as u64)
    } else if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

/// A wall-clock moment: `2026-11-21 08:12:04 UTC`.
pub fn moment(at: Timestamp) -> String {
    strftime(at, "%Y-%m-%d %H:%M:%S UTC")
}

/// The time of day, UTC: `08:12:04`.
pub fn clock(at: Timestamp) -> String {
    strftime(at, "%H:%M:%S")
}

/// RFC 3339 with milliseconds.
pub fn rfc3339(at: Timestamp) -> String {
    strftime(at, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

fn strftime(at: Timestamp, pattern: &str) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| ABSENT.to_owned(), |t| t.strftime(pattern).to_string())
}

/// The file of a piece of evidence, relative to the report.
pub fn evidence_file(id: u32) -> String {
    format!("evidence/{id:04}.json")
}

/// Each item as a line of its own.
pub fn lines(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |mut text, line| {
        text.push_str(&line);
        text.push('\n');
        text
    })
}

/// A foreign text on one line, without control characters: an answer must not move the reader's cursor.
pub fn plain(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1000, 17_000, 1_234_567].map(count),
            ["0", "999", "1,000", "17,000", "1,234,567"]
        );
        assert_eq!(counted(1, "check"), "1 check");
    }

    #[test]
    fn durations_take_the_unit_that_reads_best() {
        let shown = [0.0, 0.041, 0.0999, 6.23, 9.96, 999.7, 3100.0, 130_000.0].map(millis);
        assert_eq!(
            shown,
            [
                "0 ms", "41 µs", "0.1 ms", "6.2 ms", "10 ms", "1.0 s", "3.1 s", "2 m 10 s"
            ]
        );
        assert_eq!(maybe_millis(None), "–");
        assert_eq!(millis(f64::NAN), "–");
        assert_eq!(
            [6400, 85_000, -500, 130_000].map(offset),
            ["6.4 s", "85 s", "-0.5 s", "2 m 10 s"]
        );
    }

    #[test]
    fn a_share_is_never_rounded_to_all_or_nothing() {
        let shown = [0.0, 0.152, 0.0004, 0.999_71, 1.0, -1.504, 0.999_999_99].map(share);
        assert_eq!(
            shown,
            [
                "0 %",
                "15.2 %",
                "0.040 %",
                "99.971 %",
                "100 %",
                "-150 %",
                "> 99.9999 %"
            ]
        );
        assert_eq!(
            [0.999, 0.9995, 0.95].map(target),
            ["99.9 %", "99.95 %", "95 %"]
        );
    }

    #[test]
    fn moments_are_told_in_utc() {
        let at = Timestamp(1_795_248_724_250);
        assert_eq!(moment(at), "2026-11-21 08:12:04 UTC");
        assert_eq!(clock(at), "08:12:04");
        assert_eq!(rfc3339(at), "2026-11-21T08:12:04.250Z");
    }

    #[test]
    fn foreign_text_cannot_steer_a_terminal() {
        assert_eq!(plain("a\u{1b}[2J\n  b"), "a\u{fffd}[2J b");
    }
}
